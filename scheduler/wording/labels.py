"""What the values of enumerations are called."""

from __future__ import annotations

from enum import StrEnum

from scheduler.wording.catalogue import say

# By the enumeration's name, because wording lies below the tables and knows none of them.
LABELS: dict[str, dict[str, str]] = {
    "OrganisationKind": {
        "school": "学校",
        "museum": "博物馆",
        "institute": "教研机构",
        "bureau": "教育局",
        "platform": "平台",
    },
    "Stage": {
        "kindergarten": "幼儿园",
        "primary": "小学",
        "lower_secondary": "初中",
        "upper_secondary": "高中",
    },
    "ResourceKind": {"person": "人员", "room": "场地", "class": "班级", "account": "会议账号"},
    "Grade": {
        "k1": "小班",
        "k2": "中班",
        "k3": "大班",
        "1": "一年级",
        "2": "二年级",
        "3": "三年级",
        "4": "四年级",
        "5": "五年级",
        "6": "六年级",
        "7": "七年级",
        "8": "八年级",
        "9": "九年级",
        "10": "高一",
        "11": "高二",
        "12": "高三",
    },
    "Platform": {
        "yunxiao": "云校",
        "tencent": "腾讯会议",
        "dingtalk": "钉钉",
        "classin": "ClassIn",
        "other": "其他平台",
    },
    "Role": {
        "administrator": "管理员",
        "coordinator": "协调员",
        "manager": "单位管理员",
        "viewer": "查看者",
    },
    "BookingKind": {
        "lesson": "远程课",
        "research": "联合教研",
        "rehearsal": "联调",
        "visit": "走访",
        "training": "培训",
        "interview": "调研座谈",
        "travel": "行程",
    },
    "BookingState": {
        "draft": "草稿",
        "requested": "待确认",
        "confirmed": "已确认",
        "done": "已上课",
        "recorded": "已归档",
        "cancelled": "已取消",
    },
    "CancelReason": {
        "weather": "天气",
        "school_event": "学校活动",
        "equipment": "设备故障或更换",
        "time_slipped": "时间冲突",
        "illness": "人员生病",
        "museum_closed": "场馆闭馆",
        "mistake": "登记有误",
        "other": "其他原因",
    },
    "CourseType": {
        "dedicated": "专递课堂",
        "master_teacher": "名师课堂",
        "open_school": "名校网络课堂",
        "other": "其他课型",
    },
    "Subject": {
        "chinese": "语文",
        "mathematics": "数学",
        "english": "英语",
        "history": "历史",
        "geography": "地理",
        "politics": "道德与法治／思想政治",
        "physics": "物理",
        "chemistry": "化学",
        "biology": "生物学",
        "science": "科学",
        "art": "美术",
        "music": "音乐",
        "sport": "体育与健康",
        "computing": "信息科技",
        "practice": "综合实践",
        "other": "其他学科",
    },
    "Side": {"host": "主讲端", "receiving": "接收端"},
    "ParticipantRole": {
        "lead": "主讲教师",
        "educator": "讲解员",
        "host": "主持人",
        "assistant": "辅助教师",
        "technician": "技术保障",
        "researcher": "教研员",
        "contact": "联络人",
        "attendee": "参加人员",
        "class": "班级",
        "room": "场地",
        "account": "会议账号",
    },
    "SegmentKind": {
        "tour": "导览",
        "teaching": "讲授",
        "questions": "问答",
        "hands_on": "手工",
        "summary": "小结",
        "research": "联合教研",
    },
    "RecordState": {"draft": "草稿", "filed": "已归档"},
    "LinkTest": {"not_done": "未做", "passed": "合格", "failed": "不合格"},
    "IncidentKind": {
        "sound": "声音",
        "picture": "画面",
        "line": "网络",
        "power": "供电",
        "other": "其他故障",
    },
    "FeedScope": {"person": "个人", "organisation": "单位", "partnership": "对口协作"},
    "FeedDetail": {
        "personal": "完整（含入会密码）",
        "shared": "完整（不含入会密码）",
        "busy": "只显示忙碌",
    },
}


def label(language: str, value: StrEnum) -> str:
    """The value's name in ``language``."""
    return say(language, LABELS[type(value).__name__][value.value])
