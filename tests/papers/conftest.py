"""Papers to write. The organisations are real; the people, the day and the numbers are 示例."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from scheduler.papers.content import (
    ClassRow,
    Incident,
    LessonRecordPaper,
    LinkTest,
    Place,
    Question,
    Segment,
)


@pytest.fixture(scope="session")
def december_2018() -> LessonRecordPaper:
    return LessonRecordPaper(
        project_name="“北京—内蒙古”学科+博物馆课程远程互动教学暨联合教研活动",
        number="2018-003",
        partnership="北京市丰台区—赤峰市林西县",
        organisers=("北京市大葆台西汉墓博物馆", "北京教育学院丰台分院"),
        co_organisers=("林西县教育和科技局",),
        supporters=("北京云校",),
        title="走进西汉墓：黄肠题凑与汉代生活",
        subject="历史",
        grade="七年级",
        lesson_type="专递课堂",
        host="北京市大葆台西汉墓博物馆",
        date=date(2018, 12, 12),
        starts=datetime(2018, 12, 12, 14, 0),  # noqa: DTZ001
        ends=datetime(2018, 12, 12, 15, 30),  # noqa: DTZ001
        actual_starts=datetime(2018, 12, 12, 14, 4),  # noqa: DTZ001
        actual_ends=datetime(2018, 12, 12, 15, 41),  # noqa: DTZ001
        places=(
            Place("主讲端", "北京市大葆台西汉墓博物馆展厅"),
            Place("听课端", "林西县民族中学录播教室"),
            Place("听课端", "示例中学A（演示）多媒体教室"),
            Place("听课端", "示例中学B（演示）多媒体教室"),
        ),
        classes=(
            ClassRow("林西县民族中学", "七年级(1)班", 45, 44, "其其格（示例）"),
            ClassRow("示例中学A（演示）", "七年级(3)班", 42, 42, "王老师（示例）"),
            ClassRow("示例中学B（演示）", "七年级(2)班", 38, 36, "李老师（示例）"),
        ),
        lead_teacher="赵老师（示例）",
        educators=("钱讲解员（示例）", "孙讲解员（示例）"),
        platform="云校",
        meeting_number="123 456 789",
        link_test=LinkTest(datetime(2018, 12, 11, 15, 0), "通过；备用网络 4G 可用"),  # noqa: DTZ001
        equipment="三地下行均不低于 10 Mbit/s；摄像头、话筒、大屏正常；展厅移动机位信号良好。",
        segments=(
            Segment("导览", 25, 27),
            Segment("讲授", 20, 20),
            Segment("问答", 15, 20),
            Segment("手工", 25, 25),
            Segment("小结", 5, 5),
        ),
        questions=(
            Question(
                1, "七年级(1)班", "黄肠题凑用了多少根木头？", "共用黄心柏木一万五千余根，层层垒叠而成。"
            ),
            Question(2, "七年级(3)班", "墓里的马车还能动吗？", "不能，但结构保存较好，可据此复原汉代车制。"),
            Question(3, "七年级(2)班", "博物馆怎样保护这些木头？", "控制温度和湿度，定期检测，减少光照。"),
        ),
        works_count=118,
        incidents=(Incident("示例中学B（演示）声音中断", "改用备用会议号重新接入", 4),),
        effect="三地学生同时参观展厅、现场提问并完成手工作品，课堂参与度高。\n听课教师认为博物馆资源与教材结合紧密。",
        reflection="问答环节超时 5 分钟，今后提前收集问题；材料包应多备 5% 的备件。",
        stamping_schools=(
            "北京市大葆台西汉墓博物馆",
            "林西县民族中学",
            "示例中学A（演示）",
            "示例中学B（演示）",
        ),
    )


@pytest.fixture(scope="session")
def twelve_classes(december_2018: LessonRecordPaper) -> LessonRecordPaper:
    schools = [f"示例中学{letter}（演示）" for letter in "ABCDEFGHIJKL"]
    return replace(
        december_2018,
        state="草稿",
        classes=tuple(ClassRow(school, "七年级(1)班", 40, 39, "张老师（示例）") for school in schools),
        questions=tuple(
            Question(number, "七年级(1)班", f"第{number}问：为什么？" * 3, "因为" * 30)
            for number in range(1, 61)
        ),
        stamping_schools=tuple(schools),
    )


@pytest.fixture(scope="session")
def hostile(december_2018: LessonRecordPaper) -> LessonRecordPaper:
    markup = '& < > " {{ title }} {% raw %} ]]> </w:t>'
    return replace(
        december_2018,
        project_name=markup,
        number=markup,
        title="A" * 10_000,
        host="=HYPERLINK(1)",
        subject="历\x00史\x0b\x1f\x9f\ud800\u202e\ufffe",
        grade="七\t年级",
        equipment="好\r\n坏\r差\u2028完",
        effect="长" * 10_000,
        reflection="\n".join(["行"] * 300),
        questions=(Question(1, "班" * 500, "Q" * 10_000, "答" * 10_000),),
        stamping_schools=("校" * 10_000,),
    )
