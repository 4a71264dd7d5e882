"""Bookings and subscriptions to publish, by the product's own verbs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import event

from scheduler.db import Database
from scheduler.domain.access import viewer_of
from scheduler.domain.bookings import book
from scheduler.domain.plans import read_plan
from scheduler.domain.subscriptions import create_feed
from scheduler.feeds.compose import compose
from scheduler.feeds.kept import find_feed, keep
from scheduler.models.users import User
from tests.world import World

ZONE = "Asia/Shanghai"
HOST = "tongtang.example"


def book_lesson(database: Database, world: World, **changes: object) -> str:
    """Book the lesson of December 2018, or one that differs from it, and answer its public id."""
    with database.write() as session:
        plan = read_plan(world.plan(**changes), zone=ZONE)
        return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id


def subscribe(database: Database, world: World, who: str = "coordinator", **raw: object) -> str:
    """A feed of that user's; answers its token. By default the museum educator's own calendar."""
    wanted = raw or {"scope": "person", "person_id": world.id("educator")}
    with database.write() as session:
        viewer = viewer_of(session.get_one(User, world.id(who)))
        return create_feed(session, wanted, viewer=viewer, act=world.act)[1]


def read_feed(database: Database, token: str, *, now: datetime, keeping: bool = True) -> bytes:
    """The feed composed anew, and kept."""
    with database.read() as session:
        found = find_feed(session, token, now=now)
        assert found is not None
        composed = compose(session, found.id, now=now, uid_host=HOST)
    if keeping:
        with database.write() as session:
            keep(session, found, composed, now=now, uid_host=HOST)
    return composed.data


@contextmanager
def counted_queries(database: Database) -> Iterator[list[str]]:
    """Every statement that the block sends to the database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)
