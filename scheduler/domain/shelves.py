"""The shelves of the directory: for each table its fields, where a row belongs, and who may edit it.

Forms, the API, its description and spreadsheets are all made from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case
from sqlalchemy.orm import Session

from scheduler.domain import access
from scheduler.domain.access import Viewer
from scheduler.domain.act import Act
from scheduler.domain.fields import Choice, Choices, Day, Field, Reference, Whole
from scheduler.domain.holiday_years import seed_holidays
from scheduler.domain.shelf_rules import check_closure, check_opening, check_swap, check_term
from scheduler.domain.text_fields import Email, MeetingNumber, Phone, Text, Url, Zone
from scheduler.domain.time_fields import Moment, TimeOfDay
from scheduler.errors import Problem
from scheduler.models.openings import Closure, ClosureKind, HolidayPolicy, OpeningHours
from scheduler.models.places import Organisation, OrganisationKind, Partnership, Region, Stage
from scheduler.models.resources import Grade, Kit, MeetingAccount, Person, Platform, Room, SchoolClass
from scheduler.models.school_time import Swap, Term
from scheduler.models.subjects import Subject
from scheduler.models.weekdays import Weekday


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
    check: Callable[[Session, Any, Mapping[str, Any]], Iterable[Problem]] | None = None
    """(session, row, its values to be) → what is wrong with them in themselves or beside other rows."""
    belongs_to: frozenset[OrganisationKind] = frozenset(OrganisationKind)
    """Kinds of organisations that such rows are offered for."""
    taken: tuple[str, str] = ("name", "name.taken")
    """Field and code of what the database refuses as the second of its kind."""
    order: tuple[Any, ...] = ()
    """SQL expressions by which rows are listed; by name when there are none."""
    made: Callable[[Session, Any, Act], None] | None = None
    """(session, row just made, act): what the row brings with it."""


def _coordinates_region(viewer: Viewer, region: Region) -> bool:
    return access.can_coordinate(viewer, region.partnership_id, [Organisation(region_id=region.id)])


def _seed(session: Session, partnership: Partnership, act: Act) -> None:
    """A partnership knows the holidays from its first day on."""
    seed_holidays(session, partnership.id, act=act)


_STAGE_BY_AGE = case({stage: number for number, stage in enumerate(Stage)}, value=Term.stage)
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
            made=_seed,
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
            _coordinates_region,
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
        Shelf(
            "kits",
            Kit,
            (
                _ORGANISATION,
                _NAME,
                Text(name="contents", label="里面有什么", longest=300),
                Whole(name="capacity", label="同时可用数", least=1, most=100),
            ),
            "organisation_id",
            access.can_edit_resources,
        ),
        Shelf(
            "terms",
            Term,
            (
                Reference(name="region_id", label="地区", table="region", required=True),
                Choice(name="stage", label="所属学段", options=Stage, required=True),
                Text(name="name", label="名称", required=True, hint="例如 2025—2026 学年第一学期"),
                Day(name="first_day", label="第一天", required=True),
                Day(name="last_day", label="最后一天", required=True, hint="这一天仍上课。"),
            ),
            "region_id",
            _coordinates_region,
            check=check_term,
            order=(Term.first_day.desc(), _STAGE_BY_AGE),
        ),
        Shelf(
            "openings",
            OpeningHours,
            (
                _ORGANISATION,
                Text(name="name", label="名称", required=True, hint="例如 平时，或 暑期延时开放"),
                Day(name="first_day", label="从哪天起", hint="两个日期都不填，就是平时的规则。"),
                Day(name="last_day", label="到哪天为止", hint="这一天仍按它开放。"),
                TimeOfDay(name="opens", label="开门", required=True),
                TimeOfDay(name="closes", label="关门", required=True, ends=True, hint="0:00 指当天半夜。"),
                Choices(name="closed_weekdays", label="每周闭馆日", options=Weekday),
                Choice(
                    name="holidays",
                    label="法定节假日",
                    options=HolidayPolicy,
                    default=HolidayPolicy.AS_USUAL,
                ),
            ),
            "organisation_id",
            access.can_edit_resources,
            check=check_opening,
            order=(OpeningHours.first_day.is_not(None), OpeningHours.first_day.desc()),
        ),
        Shelf(
            "swaps",
            Swap,
            (
                _ORGANISATION,
                Text(name="name", label="名称", required=True, hint="为什么调课，例如 国庆节调休"),
                Day(name="day", label="哪一天", required=True),
                Choice(name="follows_weekday", label="按哪天的课表", options=Weekday, nothing="这一天不上课"),
            ),
            "organisation_id",
            access.can_edit_resources,
            check=check_swap,
            belongs_to=frozenset({OrganisationKind.SCHOOL}),
            taken=("day", "swap.taken"),
            order=(Swap.day.desc(),),
        ),
        Shelf(
            "closures",
            Closure,
            (
                _ORGANISATION,
                Reference(name="resource_id", label="停用的是", table="resource", nothing="整个单位"),
                Choice(name="kind", label="原因", options=ClosureKind, required=True),
                Text(name="name", label="名称", required=True, hint="例如 布展闭馆，或 期中考试"),
                Moment(name="starts_at", label="开始", required=True, hint="不填钟点就是从这一天零点起。"),
                Moment(
                    name="ends_at",
                    label="结束",
                    required=True,
                    ends=True,
                    hint="不填钟点就是到这一天结束。",
                ),
                Text(name="note", label="备注", longest=300),
            ),
            "organisation_id",
            access.can_edit_resources,
            check=check_closure,
            order=(Closure.starts_at.desc(),),
        ),
    )
}
PARENTS: dict[str, Any] = {
    "partnership_id": Partnership,
    "region_id": Region,
    "organisation_id": Organisation,
}
