"""How each shelf of the directory is called and listed."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as _p

from scheduler.models.resources import ResourceKind


@dataclass(frozen=True)
class ShelfPage:
    """The words of a shelf, and which fields its list shows beside the name."""

    name: LazyString
    new: LazyString
    sentence: LazyString
    icon: str
    columns: tuple[str, ...]
    numeric: frozenset[str] = frozenset()
    is_time: bool = False
    """It tells when, not who or what: its rows are withdrawn rather than retired."""
    after: str = ""
    """Endpoint that tells what a row means once it is saved, where there is one; it takes the row's id as
    ``<table>_id``.
    """


SHELF_PAGES: dict[str, ShelfPage] = {
    "organisations": ShelfPage(
        _p("shelf", "单位"),
        _("新建单位"),
        _("学校、博物馆、教研机构、教育局和平台。"),
        "building",
        ("kind", "region_id", "stages", "address"),
    ),
    "persons": ShelfPage(
        _p("shelf", "人员"),
        _("新建人员"),
        _("参加活动的教师、讲解员和联络人。学生只记人数，不记姓名。"),
        "users",
        ("organisation_id", "position", "subject", "phone"),
    ),
    "rooms": ShelfPage(
        _p("shelf", "场地"),
        _("新建场地"),
        _("教室、展厅和演播室，一个时间只能用于一场活动。"),
        "door",
        ("organisation_id", "seats", "equipment"),
        frozenset({"seats"}),
    ),
    "classes": ShelfPage(
        _p("shelf", "班级"),
        _("新建班级"),
        _("年级、班级名称和人数。"),
        "school",
        ("organisation_id", "grade", "head_count"),
        frozenset({"head_count"}),
    ),
    "accounts": ShelfPage(
        _p("shelf", "会议账号"),
        _("新建会议账号"),
        _("云校、腾讯会议等平台的主持账号，几路就能同时开几场。"),
        "video",
        ("organisation_id", "platform", "meeting_number", "capacity"),
        frozenset({"capacity"}),
    ),
    "kits": ShelfPage(
        _p("shelf", "器材"),
        _("新建器材"),
        _("材料箱、专线这样的东西，有几份就能同时用在几场活动里。"),
        "package",
        ("organisation_id", "contents", "capacity"),
        frozenset({"capacity"}),
    ),
    "regions": ShelfPage(
        _p("shelf", "地区"),
        _("新建地区"),
        _("协作的区县。单位都属于一个地区。"),
        "map-pin",
        ("partnership_id", "zone"),
    ),
    "partnerships": ShelfPage(
        _p("shelf", "对口协作"),
        _("新建对口协作"),
        _("一起上课的几个地区。不同协作之间互相看不到。"),
        "arrows-exchange-2",
        ("name_en",),
    ),
    "closures": ShelfPage(
        _p("shelf", "停用"),
        _("新建停用"),
        _("闭馆、考试、维修、请假：这段时间单位或其中一项不能用。已排的活动不会被删掉。"),
        "ban",
        ("organisation_id", "resource_id", "kind", "starts_at", "ends_at"),
        is_time=True,
        after="closures.hits",
    ),
    "openings": ShelfPage(
        _p("shelf", "开放时间"),
        _("新建开放时间"),
        _("平时几点开门、哪天闭馆；暑期这样的一段日子可以另定。"),
        "clock",
        ("organisation_id", "first_day", "last_day", "opens", "closes", "closed_weekdays"),
        is_time=True,
    ),
    "terms": ShelfPage(
        _p("shelf", "学期"),
        _("新建学期"),
        _("每个地区、每个学段从哪天上课到哪天。"),
        "notebook",
        ("region_id", "stage", "first_day", "last_day"),
        is_time=True,
    ),
    "swaps": ShelfPage(
        _p("shelf", "调课"),
        _("新建调课"),
        _("某一天照别的日子上课，例如调休的周六按周三上。"),
        "repeat",
        ("organisation_id", "day", "follows_weekday"),
        is_time=True,
    ),
}
"""In the order of the overview: what is looked up most comes first."""

TIMES = tuple(key for key, page in SHELF_PAGES.items() if page.is_time)

PARENT_SHELF = {
    "regions": "partnerships",
    "organisations": "regions",
    "persons": "organisations",
    "rooms": "organisations",
    "classes": "organisations",
    "accounts": "organisations",
    "kits": "organisations",
    "closures": "organisations",
    "openings": "organisations",
    "terms": "regions",
    "swaps": "organisations",
}
CHILD_SHELVES = {
    "partnerships": ("regions",),
    "regions": ("organisations", "terms"),
    "organisations": ("persons", "rooms", "classes", "accounts", "kits", "openings", "swaps", "closures"),
}
SHELF_OF_KIND = {
    ResourceKind.PERSON: "persons",
    ResourceKind.ROOM: "rooms",
    ResourceKind.CLASS: "classes",
    ResourceKind.ACCOUNT: "accounts",
    ResourceKind.KIT: "kits",
}
