"""Values of declared fields as pages show them, and the history of a row in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as _p
from sqlalchemy.orm import Session

from scheduler.domain import queries
from scheduler.domain.fields import Choice, Choices, Field
from scheduler.domain.text_fields import Phone
from scheduler.models.audit import AuditEntry
from scheduler.models.users import User
from scheduler.web.door import zone
from scheduler.web.locale import joined, language
from scheduler.wording import label, moment_words, say
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


def shown(field: Field, value: Any) -> str:
    """The value in words; phones masked; "" for what is not given."""
    if value is None or value == "":
        return ""
    if isinstance(field, Phone):
        return masked_phone(value)
    if isinstance(field, Choice):
        return _option(field.options, value)
    if isinstance(field, Choices):
        names = [_option(field.options, item) for item in value.split(",")]
        return joined(names)
    return str(value)


def differences(fields: Iterable[Field], one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, str]]:
    """Fields that read differently in two versions, as typed text: {label, one, other}."""
    return [
        {"label": label_of(field), "one": first, "other": second}
        for field in fields
        if (first := _whole(field, one.get(field.name))) != (second := _whole(field, other.get(field.name)))
    ]


def history_lines(
    session: Session, subject: str, subject_id: int, fields: Sequence[Field]
) -> list[dict[str, Any]]:
    """What happened to a row, newest first: {when, who, what, via, changes: [{label, one, other}]}."""
    query = queries.history(subject, subject_id).limit(MOST_ENTRIES)
    return [_line(entry, user, fields) for entry, user in session.execute(query)]


def _line(entry: AuditEntry, user: User | None, fields: Sequence[Field]) -> dict[str, Any]:
    changed = entry.changes if entry.verb == "change" else {}
    return {
        "when": moment_words(entry.at, language(), zone(), year=True),
        "who": user.name if user else "",
        "what": VERBS.get(entry.verb, entry.verb),
        "via": DOORS.get(entry.via, ""),
        "changes": [
            {
                "label": label_of(field),
                "one": shown(field, changed[field.name][0]),
                "other": shown(field, changed[field.name][1]),
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


def _whole(field: Field, value: Any) -> str:
    """The value unmasked: its editor compares it with what they typed."""
    if isinstance(value, list | tuple):
        value = ",".join(str(item) for item in value)
    return str(value or "") if isinstance(field, Phone) else shown(field, value)
