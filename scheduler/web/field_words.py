"""Values of declared fields as pages show them, and the history of a row in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as _p
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import queries
from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.fields import Bad, Choice, Choices, Day, Field, Reference
from scheduler.domain.text_fields import Phone
from scheduler.domain.time_fields import Moment, TimeOfDay
from scheduler.models.audit import AuditEntry
from scheduler.models.resources import Resource
from scheduler.models.users import User
from scheduler.web.door import zone
from scheduler.web.locale import joined, language
from scheduler.wording import day_words, label, moment_words, say
from scheduler.wording.phones import masked_phone

MOST_ENTRIES = 30
"""Entries of a history that a page shows: the newest."""

VERBS = {
    "create": _p("history", "新建"),
    "change": _p("history", "修改"),
    "retire": _p("history", "停用"),
    "restore": _p("history", "恢复"),
    "add_name": _("登记曾用名"),
    "remove_name": _("删除曾用名"),
    "set_password": _("换了密码"),
    "sign_out_everywhere": _p("history", "在所有设备上退出"),
    "grant": _("给予角色"),
    "withdraw": _("收回角色"),
    "create_token": _("新建访问令牌"),
    "revoke_token": _("停用访问令牌"),
    "import_holidays": _("导入节假日"),
    "forget_holidays": _("撤销导入节假日"),
    "seed_holidays": _("按软件包更新节假日"),
    "set_buffer": _("修改准备时间"),
}
DOORS = {
    "web": "",
    "api": _("通过接口"),
    "cli": _("通过命令行"),
    "demo": _("演示数据"),
    "job": _("自动"),
}


def label_of(field: Field) -> str:
    """The field's name in the viewer's language."""
    return say(language(), field.label)


@dataclass(frozen=True)
class Reading:
    """What reading a row's values needs: the zone of its place, and names of the rows that it refers to."""

    zone: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """Id as text → name."""


def shown(wanted: Field, value: Any, reading: Reading | None = None) -> str:
    """The value in words, as stored, typed or kept in a history; phones masked; "" for what is not given."""
    if value is None or value == "":
        return say(language(), wanted.nothing) if wanted.nothing else ""
    reading = reading or Reading()
    match wanted:
        case Phone():
            return masked_phone(value)
        case Choice():
            return _option(wanted.options, value)
        case Choices():
            return joined([_option(wanted.options, item) for item in value.split(",")])
        case Reference():
            return reading.names.get(str(value), str(value))
        case Day() | TimeOfDay() | Moment():
            return _time(wanted, value, reading.zone or zone())
    return str(value)


def _time(wanted: Field, value: Any, here: str) -> str:
    """A day, minutes or a moment in words; what cannot be read as one as it was typed."""
    try:
        value = wanted.read(value) if isinstance(value, str) else value
        if isinstance(wanted, TimeOfDay):
            return clock_words(value)
        if isinstance(wanted, Moment):
            instant: datetime = wanted.instant(value, zone=here)
            moment = wanted.on_clock(instant, zone=here)
            day = day_words(moment.day, language(), year=True)
            return f"{day} {moment.clock:%H:%M}" if moment.clock else day
        return day_words(value, language(), year=True)
    except Bad:
        return str(value)


def differences(
    fields: Iterable[Field],
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    reading: Reading | None = None,
) -> list[dict[str, str]]:
    """Fields that read differently in two versions, as typed text: {label, one, other}."""
    pairs = [
        (
            field,
            _whole(field, one.get(field.name), reading),
            _whole(field, other.get(field.name), reading),
        )
        for field in fields
    ]
    return [
        {"label": label_of(field), "one": first, "other": second}
        for field, first, second in pairs
        if first != second
    ]


def history_lines(
    session: Session,
    subject: str,
    subject_id: int,
    fields: Sequence[Field],
    *,
    zone: str = "",
    verbs: Mapping[str, Any] = VERBS,
) -> list[dict[str, Any]]:
    """What happened to a row, newest first: {when, who, what, via, changes: [{label, one, other}]}.

    ``zone`` is that of the row's place, in which its own times are told; ``verbs`` what was done is called.
    """
    rows = session.execute(queries.history(subject, subject_id).limit(MOST_ENTRIES)).all()
    reading = Reading(zone, _names(session, [entry for entry, _user in rows], fields))
    return [
        {**_line(entry, user, fields, reading), "what": verbs.get(entry.verb, entry.verb)}
        for entry, user in rows
    ]


def _names(session: Session, entries: Iterable[AuditEntry], fields: Iterable[Field]) -> dict[str, str]:
    """Id as text → name of the resources that changes tell of."""
    told = [field.name for field in fields if isinstance(field, Reference) and field.table == "resource"]
    ids = {row_id for entry in entries for name in told for row_id in entry.changes.get(name, ()) if row_id}
    rows = session.execute(select(Resource.id, Resource.name).where(Resource.id.in_(ids))) if ids else ()
    return {str(row_id): name for row_id, name in rows}


def _line(entry: AuditEntry, user: User | None, fields: Sequence[Field], reading: Reading) -> dict[str, Any]:
    changed = entry.changes if entry.verb == "change" else {}
    return {
        "when": moment_words(entry.at, language(), zone(), year=True),
        "who": user.name if user else "",
        "via": DOORS.get(entry.via, ""),
        "changes": [
            {
                "label": label_of(field),
                "one": shown(field, changed[field.name][0], reading),
                "other": shown(field, changed[field.name][1], reading),
            }
            for field in fields
            if field.name in changed
        ],
    }


def _option(options: type[StrEnum], value: str) -> str:
    try:
        return label(language(), options(value))
    except ValueError:
        return value


def _whole(wanted: Field, value: Any, reading: Reading | None) -> str:
    """The value unmasked: its editor compares it with what they typed."""
    if isinstance(value, list | tuple):
        value = ",".join(str(item) for item in value)
    return str(value or "") if isinstance(wanted, Phone) else shown(wanted, value, reading)
