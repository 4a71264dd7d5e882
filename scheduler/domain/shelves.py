"""The shelves of the directory: for each table its fields, where a row belongs, and who may edit it.

Forms, the API, its description and spreadsheets are all made from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scheduler.domain import access
from scheduler.domain.access import Viewer
from scheduler.domain.fields import Choice, Choices, Field, Reference, Whole
from scheduler.domain.text_fields import Email, MeetingNumber, Phone, Text, Url, Zone
from scheduler.models.places import Organisation, OrganisationKind, Partnership, Region, Stage
from scheduler.models.resources import Grade, MeetingAccount, Person, Platform, Room, SchoolClass
from scheduler.models.subjects import Subject


@dataclass(frozen=True)
class Shelf:
    """One table of the directory: its path word, model, fields and who may edit a row of it."""

    key: str
    model: Any
    fields: tuple[Field, ...]
    parent: str
    """The field that places the row in the tree and never changes ("" for the root)."""
    may_edit: Callable[[Viewer, Any], bool]
    """(viewer, parent row or None) → bool."""


_NAME = Text(name="name", label="名称", required=True)
_NAME_EN = Text(name="name_en", label="英文名称", longest=300)
_ORGANISATION = Reference(name="organisation_id", label="所属单位", table="organisation", required=True)

SHELVES: dict[str, Shelf] = {
    shelf.key: shelf
    for shelf in (
        Shelf(
            "partnerships",
            Partnership,
            (_NAME, _NAME_EN),
            "",
            lambda viewer, _parent: access.can_administer(viewer),
        ),
        Shelf(
            "regions",
            Region,
            (
                Reference(name="partnership_id", label="对口协作", table="partnership", required=True),
                _NAME,
                _NAME_EN,
                Zone(name="zone", label="时区", hint="例如 Asia/Shanghai"),
            ),
            "partnership_id",
            lambda viewer, parent: access.can_edit_regions(viewer, parent.id),
        ),
        Shelf(
            "organisations",
            Organisation,
            (
                Reference(name="region_id", label="地区", table="region", required=True),
                Choice(name="kind", label="类别", options=OrganisationKind, required=True),
                _NAME,
                _NAME_EN,
                Choices(name="stages", label="学段", options=Stage),
                Text(name="address", label="地址", longest=300),
            ),
            "region_id",
            lambda viewer, parent: access.can_coordinate(
                viewer, parent.partnership_id, [Organisation(region_id=parent.id)]
            ),
        ),
        Shelf(
            "persons",
            Person,
            (
                _ORGANISATION,
                Text(name="name", label="姓名", longest=60, required=True),
                Text(name="position", label="职务", longest=60),
                Choice(name="subject", label="学科", options=Subject),
                Email(name="email", label="电子邮箱"),
                Phone(name="phone", label="电话", hint="可不填；显示时隐去中间几位"),
            ),
            "organisation_id",
            access.can_edit_resources,
        ),
        Shelf(
            "rooms",
            Room,
            (
                _ORGANISATION,
                _NAME,
                Whole(name="seats", label="座位数", least=1, most=10_000),
                Text(name="equipment", label="设备", longest=300),
            ),
            "organisation_id",
            access.can_edit_resources,
        ),
        Shelf(
            "classes",
            SchoolClass,
            (
                _ORGANISATION,
                Choice(name="grade", label="年级", options=Grade, required=True),
                Text(name="name", label="班级名称", longest=60, required=True, hint="例如 七年级(3)班"),
                Whole(name="head_count", label="人数", most=200, required=True),
            ),
            "organisation_id",
            access.can_edit_resources,
        ),
        Shelf(
            "accounts",
            MeetingAccount,
            (
                _ORGANISATION,
                _NAME,
                Choice(name="platform", label="平台", options=Platform, required=True),
                Text(name="login", label="主持账号", longest=120, free=False),
                MeetingNumber(name="meeting_number", label="常用会议号"),
                Url(name="join_url", label="常用入会链接"),
                Whole(name="capacity", label="可同时开会数", least=1, most=100),
            ),
            "organisation_id",
            access.can_edit_resources,
        ),
    )
}
PARENTS: dict[str, Any] = {
    "partnership_id": Partnership,
    "region_id": Region,
    "organisation_id": Organisation,
}
