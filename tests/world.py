"""The smallest world in which the lesson of December 2018 can be booked, made by the product's own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from scheduler.domain.access import Scope, Viewer
from scheduler.domain.accounts import add_user, grant_role
from scheduler.domain.act import Act
from scheduler.domain.buffers import DEFAULTS, set_buffer
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.holidays import HolidayYear
from scheduler.models.users import Role

PASSWORD = "a long enough secret 18"
ROOT = Viewer(user_id=0, scopes=(Scope(Role.ADMINISTRATOR),))


@dataclass(frozen=True)
class World:
    """Ids by name: ``world.id("museum")``."""

    ids: dict[str, int]
    act: Act

    def id(self, name: str) -> int:
        """The id of the row of that name."""
        return self.ids[name]

    def plan(self, **changes: Any) -> dict[str, Any]:
        """Raw input of the December 2018 lesson: Thursday 6 December, 10:00–11:20 in Shanghai."""
        raw: dict[str, Any] = {
            "kind": "lesson",
            "title": "走进大葆台西汉墓",
            "subject": "history",
            "course_type": "dedicated",
            "date": "2018-12-06",
            "starts": "10:00",
            "ends": "11:20",
            "host": {"organisation_id": self.id("museum"), "room_id": self.id("gallery")},
            "receiving": [
                {
                    "class_id": self.id(f"class {n}"),
                    "room_id": self.id(f"room {n}"),
                    "assistant_id": self.id(f"assistant {n}"),
                }
                for n in (1, 2, 3)
            ],
            "people": [
                {"role": "lead", "person_id": self.id("lead")},
                {"role": "educator", "person_id": self.id("educator")},
            ],
            "account_id": self.id("account"),
            "meeting_number": "012 345 678",
            "passcode": "2468",
            "join_url": "https://meeting.example/012345678",
            "segments": [
                {"kind": "tour", "minutes": 20},
                {"kind": "teaching", "minutes": 20},
                {"kind": "questions", "minutes": 15},
                {"kind": "hands_on", "minutes": 20},
                {"kind": "summary", "minutes": 5},
            ],
        }
        return {**raw, **changes}


def make_world(session: Session, *, at: datetime) -> World:
    """Fill an empty database."""
    act = Act(user_id=None, at=at, via="cli")
    ids: dict[str, int] = {}

    def add(key: str, shelf: str, **raw: Any) -> int:
        ids[key] = create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=act).id
        return ids[key]

    partnership = add("partnership", "partnerships", name="丰台—林西", name_en="Fengtai–Linxi")
    fengtai = add("fengtai", "regions", partnership_id=partnership, name="北京市丰台区")
    linxi = add("linxi", "regions", partnership_id=partnership, name="内蒙古林西县")
    museum = add("museum", "organisations", region_id=fengtai, kind="museum", name="北京大葆台遗址博物馆")
    institute = add(
        "institute", "organisations", region_id=fengtai, kind="institute", name="北京教育学院丰台分院"
    )
    add("gallery", "rooms", organisation_id=museum, name="第一展厅")
    add("lead", "persons", organisation_id=institute, name="王老师（示例）", email="wang@example.org")
    add("educator", "persons", organisation_id=museum, name="李讲解员（示例）", phone="138 0013 8000")
    add(
        "account",
        "accounts",
        organisation_id=institute,
        name="云校一号",
        platform="yunxiao",
        meeting_number="012 345 678",
    )
    for n, school in ((1, "林西县民族中学"), (2, "示例中学A（演示）"), (3, "示例中学B（演示）")):
        add(
            f"school {n}",
            "organisations",
            region_id=linxi,
            kind="school",
            name=school,
            stages="lower_secondary",
        )
        place = {"organisation_id": ids[f"school {n}"]}
        add(f"class {n}", "classes", **place, grade="7", name=f"七年级({n})班", head_count=40 + n)
        add(f"room {n}", "rooms", **place, name=f"录播教室{n}", seats=50)
        add(f"assistant {n}", "persons", **place, name=f"辅助教师{n}（示例）")
    _without_buffers(session, partnership, act)
    _without_holidays(session)
    _add_users(session, ids, act)
    return World(ids, act)


def _without_buffers(session: Session, partnership_id: int, act: Act) -> None:
    """Bookings of the small world hold just their own time; tests of buffers set some."""
    for kind, margins in DEFAULTS.items():
        for role in margins:
            raw = {"kind": kind, "role": role, "before": 0, "after": 0}
            set_buffer(session, raw, partnership_id=partnership_id, act=act)


def _without_holidays(session: Session) -> None:
    """No year of the small world is published; tests of holidays publish some."""
    session.execute(delete(HolidayYear))


def _add_users(session: Session, ids: dict[str, int], act: Act) -> None:
    grants: dict[str, dict[str, Any]] = {
        "administrator": {"role": "administrator"},
        "coordinator": {"role": "coordinator", "partnership_id": ids["partnership"]},
        "region coordinator": {"role": "coordinator", "region_id": ids["linxi"]},
        "manager": {"role": "manager", "organisation_id": ids["school 1"]},
        "viewer": {"role": "viewer", "partnership_id": ids["partnership"]},
    }
    for name, grant in grants.items():
        raw = {"email": f"{name.replace(' ', '.')}@example.org", "name": f"{name}（示例）"}
        user = add_user(session, raw, password=PASSWORD, act=act)
        grant_role(session, user, grant, act=act)
        ids[name] = user.id
