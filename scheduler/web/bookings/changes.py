"""What changed in a booking, in words: two versions side by side, and its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from scheduler.domain.plans import BookingPlan
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import (
    BookingKind,
    BookingState,
    CancelReason,
    CourseType,
    ParticipantRole,
    SegmentKind,
    Side,
    Subject,
    Timing,
)
from scheduler.models.users import User
from scheduler.web.around_words import rule_words
from scheduler.web.bookings.options import Options
from scheduler.web.door import zone
from scheduler.web.field_words import DOORS
from scheduler.web.locale import joined, language
from scheduler.wording import interval_words, label, moment_words

Facts = Mapping[str, Any]
Titles = Mapping[str, str]
"""Public id → title of the lessons that others belong to, as far as the viewer sees them."""

NAMES = {
    "kind": lazy_gettext("类型"),
    "title": lazy_gettext("课题"),
    "subject": lazy_gettext("学科"),
    "course_type": lazy_gettext("课型"),
    "state": lazy_gettext("状态"),
    "starts_at": lazy_gettext("开始"),
    "ends_at": lazy_gettext("结束"),
    "sites": lazy_gettext("单位"),
    "classes": lazy_gettext("班级"),
    "rooms": lazy_gettext("场地"),
    "account": lazy_gettext("会议账号"),
    "people": lazy_gettext("人员"),
    "meeting_number": lazy_gettext("会议号"),
    "passcode": lazy_gettext("入会密码"),
    "join_url": lazy_gettext("入会链接"),
    "segments": lazy_gettext("环节"),
    "note": lazy_gettext("备注"),
    "follows": lazy_gettext("所属课程"),
    "kits": lazy_gettext("器材"),
    "timing": lazy_gettext("与上课时间的关系"),
    "override_reason": lazy_gettext("仍要安排的理由"),
}
VERBS = {
    "book": lazy_gettext("预约了活动"),
    "change": lazy_gettext("修改了活动"),
    "move": lazy_gettext("改了时间"),
    "cancel": lazy_gettext("取消了活动"),
    "done": lazy_gettext("记为已上课"),
    "recorded": lazy_gettext("归档了活动记录"),
}


@dataclass(frozen=True)
class Difference:
    """One thing that differs, in words; both empty where only the fact of a change is kept."""

    name: str
    before: str
    after: str


def differences(before: Facts, after: Facts, titles: Titles) -> list[Difference]:
    """Every fact of ``before`` and ``after`` (as booking_facts makes them) that is not the same."""
    return [
        Difference(str(NAMES[name]), _words(name, before[name], titles), _words(name, after[name], titles))
        for name in NAMES
        if name in before and name in after and _told(before[name]) != _told(after[name])
    ]


def fact_lines(facts: Facts, titles: Titles) -> list[tuple[str, str]]:
    """(name, words) of all that a booking is (as booking_facts makes it), without what is empty."""
    starts, ends = (datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at"))
    lines = [(_("时间"), interval_words(starts, ends, language(), zone(), year=True))]
    for name in NAMES:
        if name in facts and name not in ("state", "starts_at", "ends_at"):
            lines.append((str(NAMES[name]), _words(name, facts[name], titles)))
    return [(name, words) for name, words in lines if words]


def plan_facts(plan: BookingPlan, options: Options) -> dict[str, Any]:
    """A plan in the shape of booking_facts, without the state that no form decides."""
    ends = [(Side.HOST, plan.host), *((Side.RECEIVING, site) for site in plan.receiving)]
    sites = [site for _side, site in ends]
    people = [(person.role, person.person_id) for person in plan.people]
    people += [(ParticipantRole.ASSISTANT, site.assistant_id) for site in sites if site.assistant_id]
    return {
        "kind": plan.kind,
        "title": plan.title,
        "subject": plan.subject,
        "course_type": plan.course_type,
        "starts_at": plan.span.starts_at.isoformat(),
        "ends_at": plan.span.ends_at.isoformat(),
        "sites": [[side.value, options.place_of(site)] for side, site in ends],
        "classes": options.names(site.class_id for site in sites),
        "rooms": options.names(site.room_id for site in sites),
        "account": options.names([plan.account_id]),
        "people": [[role.value, joined(options.names([person_id]))] for role, person_id in people],
        "meeting_number": plan.meeting_number,
        "passcode": plan.passcode,
        "join_url": plan.join_url,
        "segments": [[segment.kind.value, segment.minutes] for segment in plan.segments],
        "note": plan.note,
        "follows": plan.follows,
        "kits": options.names(plan.kit_ids),
        "timing": plan.timing,
        "override_reason": plan.override_reason,
    }


def history_line(entry: AuditEntry, user: User | None, titles: Titles) -> dict[str, Any]:
    """Who did what when, and what changed from what to what."""
    told = entry.verb != "book"
    return {
        "who": user.name if user else _("系统"),
        "door": str(DOORS.get(entry.via, "")),
        "when": moment_words(entry.at, language(), zone(), year=True),
        "iso": entry.at.isoformat(),
        "what": str(VERBS.get(entry.verb, entry.verb)),
        "reason": _reason(entry),
        "overridden": _overridden(entry),
        "changes": [
            Difference(str(NAMES[name]), _words(name, before, titles), _words(name, after, titles))
            for name, (before, after) in entry.changes.items()
            if told and name in NAMES and not (entry.verb == "cancel" and name == "state")
        ],
    }


def _overridden(entry: AuditEntry) -> str:
    """Which rules were overridden and why: 不在上课时段（林西县民族中学）；理由：全校公开课."""
    rules = entry.changes.get("overridden", (None, []))[1]
    if not rules:
        return ""
    reason = entry.changes.get("override_reason", ("", ""))[1]
    words = _("越过了规则：%(rules)s。", rules=joined([rule_words(code, name) for code, name in rules]))
    # The first entry tells no fields, so it tells the reason here.
    why = _("理由：%(reason)s", reason=reason) if reason and entry.verb == "book" else ""
    return f"{words} {why}".rstrip()


def _told(value: Any) -> Any:
    """Comparable: the order in which people and things were entered tells nothing."""
    return sorted(map(str, value)) if isinstance(value, list) else value


def _words(name: str, value: Any, titles: Titles) -> str:
    if value is None or value in ("", []):
        return ""
    if name == "follows":
        return titles.get(value) or _("一节您看不到的课")
    return _WORDS.get(name, str)(value)


def _labelled(enum: type[StrEnum]) -> Callable[[Any], str]:
    return lambda value: label(language(), enum(value))


def _pairs(enum: type[StrEnum]) -> Callable[[Any], str]:
    return lambda rows: joined(
        [" ".join([label(language(), enum(row[0])), *map(str, row[1:])]) for row in rows]
    )


def _moment(text: str) -> str:
    return moment_words(datetime.fromisoformat(text), language(), zone())


def _reason(entry: AuditEntry) -> str:
    """ "weather: 大雪" as a cancelled booking keeps it, in the viewer's language."""
    code, _colon, words = entry.reason.partition(": ")
    if entry.verb != "cancel" or code not in set(CancelReason):
        return entry.reason
    return joined([label(language(), CancelReason(code)), words])


_WORDS: dict[str, Callable[[Any], str]] = {
    "kind": _labelled(BookingKind),
    "subject": _labelled(Subject),
    "course_type": _labelled(CourseType),
    "state": _labelled(BookingState),
    "starts_at": _moment,
    "ends_at": _moment,
    "sites": _pairs(Side),
    "classes": joined,
    "rooms": joined,
    "account": joined,
    "people": _pairs(ParticipantRole),
    "segments": _pairs(SegmentKind),
    "kits": joined,
    "timing": _labelled(Timing),
}
