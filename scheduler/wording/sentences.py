"""The one place where an error's code becomes a sentence. A test proves that every code stands here."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from scheduler.errors import Conflict, During, Objection, OnDay, Problem, TongtangError
from scheduler.wording.catalogue import say
from scheduler.wording.labels import label
from scheduler.wording.moments import day_words, interval_words, moment_words, stretch_words
from scheduler.wording.names import holiday_name, period_name

DEFAULT_ZONE = "Asia/Shanghai"

SENTENCES: dict[str, str] = {
    "input.invalid": "有 %(count)s 处需要修改，填写的内容都还在。",
    "field.required": "请填写这一项。",
    "field.unknown": "没有这一项，请检查名称是否写错。",
    "field.not_text": "这里需要文字。",
    "field.too_long": "太长了：最多 %(longest)s 字，现在有 %(length)s 字。",
    "field.control_characters": "含有看不见的控制字符，请删去后重新输入。",
    "field.identity_number": "像是身份证号。本系统不收集证件号码，请删去。",
    "field.phone_number": "像是手机号码。请不要在文字里写电话，联系方式填在人员名录里。",
    "field.email": "不是完整的电子邮箱地址，例如 name@example.org。",
    "field.url": "不是完整的网址，应以 http:// 或 https:// 开头。",
    "field.meeting_number": "只能有数字、字母、空格和短横线。",
    "field.phone": "不是电话号码。",
    "field.not_whole": "请填整数。",
    "field.out_of_range": "应在 %(least)s 到 %(most)s 之间。",
    "field.not_an_option": "不在可选项里，请重新选择。",
    "field.not_a_date": "不是有效的日期，请写成 2026-12-06 这样。",
    "field.year_out_of_range": "年份应在 %(first)s 到 %(last)s 之间。",
    "field.zone": "没有这个时区，例如 Asia/Shanghai。",
    "field.not_a_list": "这里需要一个列表。",
    "field.not_an_object": "这里需要一组名称和值。",
    "field.too_many": "最多 %(most)s 行。",
    "slots.too_many": "一次最多找 %(most)s 位（间、个），请分几次找，或少选一些。",
    "slots.nobody": "请至少选一位必须到场的人、一个班、一间场地或一家单位。",
    "slots.one_account": "一场活动只用一个会议账号，请只选一个。",
    "slots.window_too_long": "一次最多找 %(longest)s 天，请选短一些的日期范围。",
    "slots.over": "这段日子已经过去，请选今天以后的日子。",
    "slots.does_not_fit": "从最早到最晚只有 %(between)s 分钟，放不下 %(minutes)s 分钟。",
    "time.not_a_time": "不是有效的时间，请写成 10:00 这样。",
    "time.nonexistent": "没有 %(time)s 这个时刻，一天从 00:00 到 23:59。",
    "moment.not_a_moment": "不是有效的时间，请写成 2026-12-06 10:00 这样，或只写日期。",
    "days.reversed": "最后一天早于第一天。",
    "days.both": "两个日期要么都填，要么都不填。",
    "time.skipped": "%(zone)s 的钟表在这一天跳过了 %(time)s，请换一个时间。",
    "time.not_an_instant": "不是有效的时间，请写成 2026-12-06T10:00:00+08:00 这样。",
    "time.no_offset": "时间要带时区，例如末尾加 +08:00。",
    "time.zero_length": "结束时间和开始时间相同，请填写实际的时长。",
    "time.ends_before_start": "结束时间早于开始时间。",
    "time.too_long": "一场活动要短于 %(hours)s 小时，请分成几场。",
    "reference.unknown": "名录里没有这一项，请重新选择。",
    "reference.retired": "%(name)s 已停用，请选择其他的，或请协调员恢复。",
    "reference.twice": "%(name)s 在这场活动里已经选过一次。",
    "room.too_small": "%(room)s 有 %(seats)s 个座位，%(class_name)s 有 %(head_count)s 人，坐不下。",
    "site.empty": "请选择学校或班级。",
    "class.other_school": "%(class_name)s不是这所学校的班级。",
    "follows.not_a_lesson": "《%(title)s》不能作为所属课程：只有其他活动能归到一节远程课下面。",
    "follows.is_followed": "已有活动归在这节课下面，类型不能再改。",
    "segments.too_long": "各环节共 %(planned)s 分钟，超过了活动时长 %(length)s 分钟。",
    "capacity.in_use": "%(during)s，同时要用 %(name)s 的活动超过 %(capacity)s 个，请先改动那些活动。",
    "name.taken": "已经有一个叫“%(name)s”的。",
    "term.too_long": "共 %(days)s 天，一个学期最长 %(longest)s 天，请检查年份。",
    "term.overlaps": "和“%(name)s”（%(first_day)s 到 %(last_day)s）重叠。",
    "opening.overlaps": "和“%(name)s”（%(first_day)s 到 %(last_day)s）重叠，请改日期，或先改那一项。",
    "opening.rule_taken": "平时的规则已经有了：“%(name)s”。请改那一项，或填写这一项管哪些天。",
    "swap.taken": "%(day)s 已经登记过怎么上课。",
    "swap.not_a_school": "%(name)s不是学校，没有课表可调。",
    "closure.too_long": "一次停用最长 %(years)s 年，请检查年份。",
    "resource.other_place": "%(name)s不属于%(place)s。",
    "former_name.taken": "%(until)s 已经登记过一个曾用名。",
    "email.taken": "%(email)s 已经有账号。",
    "grant.taken": "已经有这个角色。",
    "password.weak": "密码至少 %(shortest)s 个字符，且不能只是几个字符的重复。",
    "feed.not_personal": "入会密码只能出现在个人的订阅里。",
    "feed.event_invalid": "活动 %(uid)s 没有写进日历订阅，请检查它的内容（%(field)s）。",
    "feed.not_found": "没有这个订阅，可能已经停用或换了新链接。",
    "booking.not_found": "没有这场活动，或者您没有查看它的权限。",
    "booking.clash": "有 %(count)s 处占用冲突，活动没有保存，填写的内容都还在。",
    "booking.not_changeable": "《%(title)s》%(state)s，不能再修改。",
    "booking.not_movable": "《%(title)s》%(state)s，不能再改时间。",
    "booking.not_cancellable": "《%(title)s》%(state)s，不能再取消。",
    "record.more_than_expected": "实到 %(present)s 人，多于应到 %(expected)s 人。",
    "record.not_a_class_of_it": "这个班没有参加这场活动。",
    "record.not_a_segment_of_it": "这场活动没有这个环节。",
    "record.row_twice": "这一行重复了。",
    "record.filed": "《%(title)s》的记录已经归档，要修改请先重新打开。",
    "record.attendance_missing": "还没有填写这些班级的应到和实到：%(classes)s。",
    "record.not_recordable": "《%(title)s》%(state)s，不能填写记录。",
    "record.too_early": "《%(title)s》%(starts_at)s 才开始，上课后再填写记录。",
    "record.missing": "《%(title)s》还没有记录。",
    "edit.stale": "在您修改的时候，别人已经保存了新的内容。请对照两个版本，再决定保留哪一个。",
    "directory.not_found": "名录里没有这一项，或者您没有查看它的权限。",
    "access.not_found": "没有找到这个页面，或者您没有查看它的权限。",
    "access.forbidden": "您的角色不能做这件事，请联系本协作的协调员。",
    "sign_in.wrong": "邮箱或密码不对。",
    "sign_in.too_often": "试的次数太多了，请 %(minutes)s 分钟后再试。",
    "user.not_oneself": "不能停用自己或取消自己的管理员角色，请另一位管理员来做。",
    "server.already_running": "已有一个进程在使用 %(database)s。请先停止它，或用 --instance 换一个文件夹。",
    "server.cannot_listen": "不能在 %(address)s 上提供服务（%(why)s）。请用 --host 或 --port 换一个地址。",
    "database.not_migrated": "数据库还没有建立。请先运行 tongtang db upgrade。",
    "database.outdated": "数据库是 %(revision)s 版，程序需要 %(head)s 版。请先运行 tongtang db upgrade。",
    "database.newer": "数据库是 %(revision)s 版，比程序的 %(head)s 版新。请使用新版的程序。",
    "database.unreachable": "连不上数据库。请检查 TONGTANG_DATABASE_URL，以及数据库是否在运行。",
    "demo.not_a_demo": "%(instance)s 里有不是演示的数据，没有改动。请用 --instance 换一个文件夹。",
    "demo.elsewhere": "数据库不在 %(instance)s 里，--reset 不会删除它。",
    "setting.not_a_number": "%(name)s 应是大于零的整数。",
    "instance.not_usable": "不能使用文件夹 %(instance)s（%(why)s）。",
    "user.not_found": "没有 %(email)s 这个账号，或者它已停用。",
    "user.scope_missing": "这个角色要有且只有一个范围：%(options)s。",
    "user.scope_needless": "管理员管理整个系统，请不要写范围。",
    "place.not_found": "没有叫“%(name)s”的。",
    "place.ambiguous": "不止一个叫“%(name)s”的，请在网页上授予这个角色。",
    "clash.sentence": "%(name)s %(interval)s 在《%(title)s》中，%(until)s 后有空。",
    "clash.withheld": "%(name)s %(interval)s 已有安排，%(until)s 后有空。",
    "booking.objected": "有 %(count)s 条规则不允许这个时间，没有保存，填的都还在。请换个时间，或写明理由。",
    "clash.theirs": "其中 %(minutes)s 分钟是那场活动前后的准备。",
    "closure.closed": "%(name)s %(during)s %(kind)s：%(closure)s。",
    "opening.holiday": "%(day)s 是%(holiday)s假期，%(name)s闭馆。",
    "opening.weekday": "%(day)s %(name)s闭馆。",
    "opening.hours": "%(name)s %(day)s 的开放时间是 %(opens)s–%(closes)s。",
    "holiday.off": "%(day)s 是%(holiday)s假期，%(name)s放假。",
    "holiday.unpublished": "%(year)s 年节假日安排未发布，%(day)s 是否放假还不知道。",
    "term.vacation": "%(name)s（%(stage)s）%(day)s 不在学期内：上学期到 %(ended)s，下学期从 %(begins)s 起。",
    "term.unknown": "%(name)s（%(stage)s）%(day)s 前后的学期还没有登记。",
    "bell.no_lessons": "%(name)s %(day)s 不上课。",
    "bell.make_up_unset": "%(day)s 是调休上班日，%(name)s还没有定按周几上课。",
    "bell.not_in_a_period": "%(name)s %(day)s 这段时间不在一节课之内（%(lessons)s）。",
    "bell.not_in_lessons": "%(name)s %(day)s 这段时间不都在上课时段内（%(lessons)s）。",
    "bell.in_lesson": "%(name)s %(day)s 这段时间在上课（%(lessons)s）。",
    "bell.unknown": "%(name)s %(day)s 没有作息时间表，没有核对节次。",
    "series.nothing": "这样安排一次也没有：请检查周几、起止日期，或别把每一次都跳过。",
    "series.too_many": "共 %(count)s 次，一个系列最多 %(most)s 次，请分成几个系列。",
    "series.too_long": "一个系列最长 24 个月，请分成几个系列。",
    "series.no_end": "请填写到哪一天，或一共几次。",
    "series.no_period": "%(name)s %(day)s 没有第 %(period)s 节。",
    "series.not_a_day_of_it": "这一天不在系列里。",
    "series.not_skipped": "%(day)s 已经有活动，不用补。",
    "series.no_time": "%(day)s 没有这一节，请填写这一天的时间。",
    "series.not_found": "没有这个系列，或者您没有查看它的权限。",
    "series.blocked": "有 %(count)s 次不能这样安排，一次都没有保存。请逐一决定：换时间、跳过或写明理由。",
    "closure.nothing_ticked": "请勾选要改时间的活动。",
    "closure.not_hit": "这场活动不在停用的时间里，或者已经改过了。",
    "closure.moves_blocked": "有 %(count)s 场活动不能改到所选的时间，一场都没有改。请重新选择。",
    "closure.not_found": "没有这条停用记录，或者您没有查看它的权限。",
    "bells.not_found": "没有这份作息时间表，或者您没有查看它的权限。",
    "bells.not_a_school": "%(name)s不是学校，没有作息时间表。",
    "bells.days_overlap": "%(first_day)s 到 %(last_day)s 的%(weekdays)s已按“%(name)s”作息，请改日期或星期。",
    "bells.days_overlap_open": "从 %(first_day)s 起的%(weekdays)s已按“%(name)s”作息，请改日期或星期。",
    "bells.no_day": "%(first_day)s 到 %(last_day)s 里没有所选的星期，这份作息时间表一天也不会用。",
    "bells.periods_overlap": "和另一节时间重叠：%(one)s，%(two)s。",
    "bells.name_twice": "已经有一节叫“%(name)s”，请换个名称。",
    "bells.no_lesson": "至少要有一节课（类型选“上课”）。",
    "bells.shifted_out_of_day": "这样推移会超出一天：原来从 %(starts)s 到 %(ends)s。",
    "holidays.not_published": "%(year)s 年节假日安排未发布。",
    "holidays.not_imported": "%(year)s 年的节假日不是导入的，不能撤销导入。",
    "holidays.source_of_package": "这个来源留给软件包自带的数据，请写是谁从哪里导入。",
    "holidays.no_days": "没有一天，请至少写一行。",
    "holidays.other_year": "%(day)s 不在 %(year)s 年。",
    "holidays.day_twice": "%(day)s 写了两次。",
    "holidays.works_anyway": "%(day)s 不是周末，本来就上班，不会是调休上班日。",
    "holidays.unreadable": "读不懂“%(text)s”，请写成“2027-02-06 放假 春节”这样。",
    "buffers.role_twice": "%(role)s写了两次。",
    "buffers.changed_meanwhile": "别人刚改成提前 %(before)s、延后 %(after)s 分钟；要用您填的，请再存一次。",
    "token.required": "请在 Authorization 请求头里附上访问令牌：Bearer 加空格加令牌。",
    "token.unknown": "访问令牌无效，或者已经停用。",
    "body.malformed": "请求内容不是有效的 JSON。",
    "body.duplicate_name": "请求内容里有重复的名称，不知道以哪一个为准。",
    "body.too_deep": "请求内容嵌套超过 %(deepest)s 层。",
    "body.media_type": "请求内容应是 JSON，请注明 Content-Type: application/json。",
    "body.not_an_object": "请求内容应是一个 JSON 对象。",
    "field.repeated": "这个参数只能写一次。",
    "field.fixed": "这一项定下后不能改，请另建一项。",
    "version.two": "If-Match 与 version 指的不是同一个版本。",
    "version.not_a_tag": "If-Match 应是读取时收到的 ETag。",
    "idempotency.bad_key": "Idempotency-Key 应是 1 到 200 个可见的 ASCII 字符。",
    "idempotency.key_reused": "这个 Idempotency-Key 已经用于另一个请求，请换一个。",
    "http.bad_request": "请求不完整，或者不是发给这台服务器的。",
    "http.not_found": "没有这个接口地址。",
    "http.method_not_allowed": "这个地址不接受这种方法，Allow 里是可用的方法。",
    "http.too_large": "请求内容太大，请分几次提交。",
    "http.failed": "服务器出错了，不是请求的问题，我们已经记下。请稍后再试。",
}


def explain(error: TongtangError | Problem | Objection, language: str, *, zone: str = DEFAULT_ZONE) -> str:
    """The error or problem as a sentence in ``language``, its times in ``zone``."""
    facts = {
        name: _named(name, _fact(value, language, zone), language) for name, value in error.facts.items()
    }
    return say(language, SENTENCES[error.code], **facts)


def conflict_words(conflict: Conflict, language: str, *, zone: str = DEFAULT_ZONE) -> str:
    """Who is busy, with what (where there is a title), until when; how much of that is set-up."""
    words = say(
        language,
        SENTENCES["clash.sentence" if conflict.title else "clash.withheld"],
        name=conflict.resource_name,
        title=conflict.title,
        interval=interval_words(conflict.starts_at, conflict.ends_at, language, zone),
        until=moment_words(conflict.ends_at, language, zone)[-5:],
    )
    minutes = conflict.before + conflict.after
    theirs = say(language, SENTENCES["clash.theirs"], minutes=minutes) if minutes else ""
    return f"{words}{'' if language == 'zh' else ' '}{theirs}".strip()


def _named(name: str, value: Any, language: str) -> Any:
    """The fact in the reader's language, where it is a name that can be read in it."""
    reading = {"holiday": holiday_name, "lessons": period_name}.get(name)
    return reading(value, language) if reading and isinstance(value, str) else value


def _fact(value: Any, language: str, zone: str) -> Any:
    if isinstance(value, StrEnum):
        return label(language, value)
    if isinstance(value, OnDay):
        return day_words(value.day, language)
    if isinstance(value, During):
        return stretch_words(value.starts_at, value.ends_at, language, zone)
    if isinstance(value, datetime):
        return moment_words(value, language, zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ("、" if language == "zh" else ", ").join(str(_fact(item, language, zone)) for item in value)
    return value
