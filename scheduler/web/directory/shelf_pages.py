"""How each shelf of the directory is called and listed."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as _p


@dataclass(frozen=True)
class ShelfPage:
    """The words of a shelf, and which fields its list shows beside the name."""

    name: LazyString
    new: LazyString
    sentence: LazyString
    icon: str
    columns: tuple[str, ...]
    numeric: frozenset[str] = frozenset()


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
}
"""In the order of the overview: what is looked up most comes first."""

PARENT_SHELF = {
    "regions": "partnerships",
    "organisations": "regions",
    "persons": "organisations",
    "rooms": "organisations",
    "classes": "organisations",
    "accounts": "organisations",
}
CHILD_SHELVES = {
    "partnerships": ("regions",),
    "regions": ("organisations",),
    "organisations": ("persons", "rooms", "classes", "accounts"),
}
