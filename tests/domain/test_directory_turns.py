"""Changing who or what takes part, while somebody changes a booking with it: each waits its turn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from scheduler.db import Database
from scheduler.domain import directory
from scheduler.domain.directory import change_entry, get_entry
from scheduler.domain.shelves import SHELVES
from tests.domain.series.test_series import one_booking
from tests.domain.series.test_turns import edit_one, on_postgresql, wait_until_one_waits
from tests.world import World


def rename(database: Database, world: World) -> None:
    with database.write() as session:
        gallery = get_entry(session, SHELVES["rooms"], world.id("gallery"))
        raw = {"name": "新展厅"}
        change_entry(session, SHELVES["rooms"], gallery, raw, version=gallery.version, act=world.act)


def meet(database: Database, world: World) -> list[type[BaseException]]:
    """Rename a room while somebody is between the two steps of editing a booking in it: who died of what."""
    with database.write() as session:
        public_id = one_booking(session, world).public_id
    errors: list[BaseException | None] = []
    with ThreadPoolExecutor(1) as pool:
        try:
            with database.write() as session:
                steps = edit_one(session, world, public_id)
                next(steps)
                renaming = pool.submit(rename, database, world)
                wait_until_one_waits(database, session)
                next(steps, None)
        except OperationalError as error:
            errors.append(error)
        errors.append(renaming.exception())
    return [type(error) for error in errors if error is not None]


@on_postgresql
def test_a_room_is_renamed_beside_an_edit_in_it(database: Database, world: World) -> None:
    assert meet(database, world) == []
    with database.read() as session:
        assert get_entry(session, SHELVES["rooms"], world.id("gallery")).name == "新展厅"


@on_postgresql
def test_without_turns_each_waits_for_the_other(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "lock_bookings", lambda *_given: None)
    assert meet(database, world) == [OperationalError]
