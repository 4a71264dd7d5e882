"""The demo's directory: organisations that are public knowledge, and people, rooms and classes made up.

People and meeting accounts carry 示例 in their names, schools without a public source 演示.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from scheduler.domain.access import Scope, Viewer
from scheduler.domain.act import Act
from scheduler.domain.directory import create_entry, retire_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.users import Role

ROOT = Viewer(user_id=0, scopes=(Scope(Role.ADMINISTRATOR),))

Row = tuple[str, ...]

# key, region, kind, name, English name, stages, address
ORGANISATIONS: tuple[Row, ...] = (
    (
        "dabaotai",
        "fengtai",
        "museum",
        "北京大葆台遗址博物馆",
        "Beijing Dabaotai Site Museum",
        "",
        "郭公庄707号",
    ),
    (
        "war",
        "fengtai",
        "museum",
        "中国人民抗日战争纪念馆",
        "Museum of the War of Chinese People's Resistance Against Japanese Aggression",
        "",
        "宛平城内街101号",
    ),
    ("auto", "fengtai", "museum", "北京汽车博物馆", "Beijing Auto Museum", "", "南四环西路126号"),
    (
        "garden",
        "fengtai",
        "museum",
        "中国园林博物馆",
        "Museum of Chinese Gardens and Landscape Architecture",
        "",
        "射击场路15号",
    ),
    ("fire", "fengtai", "museum", "中国消防博物馆", "China Fire Museum", "", "大红门西马场甲14号"),
    (
        "institute",
        "fengtai",
        "institute",
        "北京教育学院丰台分院",
        "Fengtai Branch of Beijing Institute of Education",
        "",
        "",
    ),
    ("cloud", "fengtai", "platform", "北京云校", "Beijing Cloud School", "", ""),
    (
        "school c",
        "fengtai",
        "school",
        "示例中学C（演示）",
        "Sample Secondary School C (demo)",
        "lower_secondary",
        "",
    ),
    ("bureau", "linxi", "bureau", "林西县教育和科技局", "Linxi Bureau of Education and Science", "", ""),
    (
        "minzu",
        "linxi",
        "school",
        "林西县民族中学",
        "Linxi County Ethnic Secondary School",
        "lower_secondary",
        "",
    ),
    (
        "school a",
        "linxi",
        "school",
        "示例中学A（演示）",
        "Sample Secondary School A (demo)",
        "lower_secondary",
        "",
    ),
    (
        "school b",
        "linxi",
        "school",
        "示例中学B（演示）",
        "Sample Secondary School B (demo)",
        "lower_secondary",
        "",
    ),
    ("xinlin", "linxi", "school", "新林镇寄宿制小学", "Xinlin Boarding Primary School", "primary", ""),
    ("primary", "linxi", "school", "示例小学A（演示）", "Sample Primary School A (demo)", "primary", ""),
)

# key, organisation, name, position, subject
PERSONS: tuple[Row, ...] = (
    ("lead", "institute", "王老师（示例）", "学科教师", "history"),
    ("lead science", "institute", "赵老师（示例）", "学科教师", "science"),
    ("lead art", "institute", "孙老师（示例）", "学科教师", "art"),
    ("researcher", "institute", "周教研员（示例）", "教研员", "history"),
    ("researcher science", "institute", "吴教研员（示例）", "教研员", "science"),
    ("technician", "institute", "郑技术员（示例）", "技术保障", ""),
    ("coordinator", "institute", "冯协调员（示例）", "协作项目协调员", ""),
    ("educator", "dabaotai", "李讲解员（示例）", "讲解员", ""),
    ("educator war", "war", "钱讲解员（示例）", "讲解员", ""),
    ("educator auto", "auto", "陈讲解员（示例）", "讲解员", ""),
    ("educator garden", "garden", "褚讲解员（示例）", "讲解员", ""),
    ("educator fire", "fire", "卫讲解员（示例）", "讲解员", ""),
    ("engineer", "cloud", "蒋工程师（示例）", "平台支持", ""),
    ("teacher c", "school c", "姜老师（示例）", "历史教师", "history"),
    ("contact", "bureau", "沈联络人（示例）", "联络人", ""),
    ("officer", "bureau", "韩干事（示例）", "教研室干事", ""),
    ("assistant minzu 7", "minzu", "杨老师（示例）", "班主任", "history"),
    ("assistant minzu 8", "minzu", "朱老师（示例）", "班主任", "physics"),
    ("technician minzu", "minzu", "秦技术员（示例）", "电教管理员", "computing"),
    ("manager minzu", "minzu", "尤主任（示例）", "教务主任", ""),
    ("assistant a 7", "school a", "许老师（示例）", "班主任", "chinese"),
    ("assistant a 8", "school a", "何老师（示例）", "班主任", "mathematics"),
    ("assistant b 7", "school b", "吕老师（示例）", "班主任", "history"),
    ("assistant xinlin 4", "xinlin", "施老师（示例）", "班主任", "chinese"),
    ("assistant xinlin 5", "xinlin", "张老师（示例）", "班主任", "science"),
    ("assistant primary 5", "primary", "孔老师（示例）", "班主任", "science"),
)

# key, organisation, name, seats, equipment
ROOMS: tuple[Row, ...] = (
    ("gallery", "dabaotai", "大葆台展厅直播点", "", "移动摄像机、无线话筒、5G 备用网络"),
    ("gallery war", "war", "抗战馆展厅直播点", "", "移动摄像机、无线话筒"),
    ("gallery auto", "auto", "汽车馆展厅直播点", "", "移动摄像机、无线话筒"),
    ("gallery garden", "garden", "园林馆展厅直播点", "", "移动摄像机、无线话筒"),
    ("gallery fire", "fire", "消防馆展厅直播点", "", "移动摄像机、无线话筒"),
    ("studio", "institute", "丰台分院演播室", "12", "双机位、提词器、绿幕"),
    ("meeting", "institute", "丰台分院研讨室", "30", "视频会议终端"),
    ("room c", "school c", "示例中学C录播教室", "50", "录播系统"),
    ("conference", "bureau", "教育和科技局视频会议室", "40", "视频会议终端"),
    ("room minzu", "minzu", "民族中学录播教室", "56", "录播系统、86 寸大屏"),
    ("room a", "school a", "示例中学A录播教室", "50", "录播系统、大屏"),
    ("room b", "school b", "示例中学B多媒体教室", "48", "投影、全向话筒"),
    ("room xinlin", "xinlin", "新林镇寄宿制小学多媒体教室", "36", "大屏、全向话筒"),
    ("room primary", "primary", "示例小学A多媒体教室", "40", "投影、全向话筒"),
    ("room old", "minzu", "民族中学旧电教室", "40", "设备已老化"),
)

# key, organisation, grade, name, head count
CLASSES: tuple[Row, ...] = (
    ("minzu 7", "minzu", "7", "七年级(1)班", "42"),
    ("minzu 8", "minzu", "8", "八年级(2)班", "45"),
    ("a 7", "school a", "7", "七年级(3)班", "48"),
    ("a 8", "school a", "8", "八年级(1)班", "46"),
    ("b 7", "school b", "7", "七年级(2)班", "40"),
    ("xinlin 4", "xinlin", "4", "四年级(1)班", "24"),
    ("xinlin 5", "xinlin", "5", "五年级(1)班", "28"),
    ("primary 5", "primary", "5", "五年级(2)班", "33"),
)

# key, organisation, name, platform, login, meeting number, capacity
ACCOUNTS: tuple[Row, ...] = (
    ("cloud 1", "cloud", "云校直播间一（示例）", "yunxiao", "live1@example.org", "000 100 001", "1"),
    ("cloud 2", "cloud", "云校直播间二（示例）", "yunxiao", "live2@example.org", "000 100 002", "1"),
    ("tencent", "institute", "分院腾讯会议（示例）", "tencent", "meeting@example.org", "000 200 003", "2"),
)
# key, organisation, name, contents, capacity
KITS: tuple[Row, ...] = (
    ("kit rubbing", "institute", "拓印材料包（示例）", "宣纸、墨包、拓片模具，每包 50 份", "3"),
    ("line", "cloud", "直播专线（示例）", "可同时带两间教室", "2"),
)
RETIRED = ("rooms", "room old")
"""A row that is out of use, so that the list of those has something in it."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "organisations": ("region_id", "kind", "name", "name_en", "stages", "address"),
    "persons": ("organisation_id", "name", "position", "subject"),
    "rooms": ("organisation_id", "name", "seats", "equipment"),
    "classes": ("organisation_id", "grade", "name", "head_count"),
    "accounts": ("organisation_id", "name", "platform", "login", "meeting_number", "capacity"),
    "kits": ("organisation_id", "name", "contents", "capacity"),
}
ROWS = {
    "organisations": ORGANISATIONS,
    "persons": PERSONS,
    "rooms": ROOMS,
    "classes": CLASSES,
    "accounts": ACCOUNTS,
    "kits": KITS,
}
CONTACTS = {"coordinator": "000-0000-0001", "contact": "000-0000-0002"}
"""Persons with a telephone number; nobody has these."""


def add_places(session: Session, *, act: Act) -> dict[str, int]:
    """Fill the directory of an empty database; answers ids by key, the partnership's under "partnership"."""
    ids: dict[str, int] = {}

    def add(key: str, shelf: str, **raw: Any) -> None:
        ids[key] = create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=act).id

    add("partnership", "partnerships", name="丰台—林西", name_en="Fengtai–Linxi")
    root = {"partnership_id": ids["partnership"]}
    add("fengtai", "regions", **root, name="北京市丰台区", name_en="Fengtai, Beijing")
    add("linxi", "regions", **root, name="内蒙古林西县", name_en="Linxi, Inner Mongolia")
    for shelf, rows in ROWS.items():
        for key, parent, *values in rows:
            raw: dict[str, Any] = dict(zip(COLUMNS[shelf], (ids[parent], *values), strict=True))
            if shelf == "persons":
                raw |= {"email": f"{key.replace(' ', '.')}@example.org", "phone": CONTACTS.get(key, "")}
            add(f"person {key}" if shelf == "persons" else key, shelf, **raw)
    return ids


def retire_old_room(session: Session, ids: dict[str, int], *, act: Act) -> None:
    """Take the old room out of use."""
    shelf_key, key = RETIRED
    shelf = SHELVES[shelf_key]
    room = session.get_one(shelf.model, ids[key])
    retire_entry(session, shelf, room, version=room.version, act=act)
