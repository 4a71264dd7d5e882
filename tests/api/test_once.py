"""Idempotency-Key: what is sent again is not done again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from scheduler import clock
from scheduler.db import Database
from scheduler.models.bookings import Booking
from scheduler.models.feeds import Feed
from scheduler.models.idempotency import IdempotentAnswer
from tests.api.conftest import Program
from tests.conftest import NOW
from tests.world import World


def count(database: Database, model: type) -> int:
    """Rows of a table."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_repeat_is_answered_the_same_and_does_nothing(
    coordinator: Program, database: Database, world: World
) -> None:
    first = coordinator.post("/bookings", world.plan(), Idempotency_Key="k1")
    again = coordinator.post("/bookings", world.plan(), Idempotency_Key="k1")
    assert (again.status_code, again.data) == (201, first.data)
    assert [again.headers[name] for name in ("Location", "ETag")] == [
        first.headers[name] for name in ("Location", "ETag")
    ]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    assert count(database, Booking) == 1


def test_the_same_key_for_something_else_is_refused(coordinator: Program, world: World) -> None:
    coordinator.post("/bookings", world.plan(), Idempotency_Key="k1")
    other = coordinator.post("/bookings", world.plan(title="另一节"), Idempotency_Key="k1")
    assert (other.status_code, other.json["type"]) == (422, "/problems/idempotency.key_reused")


def test_keys_of_two_callers_are_two_keys(
    coordinator: Program, program: Callable[[str], Program], database: Database, world: World
) -> None:
    coordinator.post("/bookings", world.plan(), Idempotency_Key="k1")
    other = program("region coordinator").post(
        "/bookings", world.plan(date="2018-12-07"), Idempotency_Key="k1"
    )
    assert (other.status_code, count(database, Booking)) == (201, 2)


def test_a_refusal_is_not_kept(coordinator: Program, database: Database, world: World) -> None:
    bad = coordinator.post("/bookings", world.plan(title=""), Idempotency_Key="k1")
    assert (bad.status_code, count(database, IdempotentAnswer)) == (422, 0)
    good = coordinator.post("/bookings", world.plan(), Idempotency_Key="k1")
    assert good.status_code == 201


def test_a_feeds_address_is_told_once_and_kept_nowhere(
    coordinator: Program, database: Database, world: World
) -> None:
    wanted = {"scope": "partnership", "partnership_id": world.id("partnership")}
    first = coordinator.post("/feeds", wanted, Idempotency_Key="k1").json
    again = coordinator.post("/feeds", wanted, Idempotency_Key="k1")
    assert again.status_code == 201
    assert again.json == {name: value for name, value in first.items() if name not in ("url", "webcal")}
    token = first["url"].rpartition("/")[2].removesuffix(".ics")
    with database.read() as session:
        kept = session.scalars(select(IdempotentAnswer.body)).one()
    assert token.encode() not in kept
    assert count(database, Feed) == 1


def test_a_key_that_is_no_key(coordinator: Program, world: World) -> None:
    for key in ("", "has space", "x" * 201, "钥匙"):
        answer = coordinator.post("/bookings", world.plan(), Idempotency_Key=key)
        assert (answer.status_code, answer.json["type"]) == (400, "/problems/idempotency.bad_key"), key


def test_keys_are_forgotten_after_a_day(coordinator: Program, database: Database, world: World) -> None:
    coordinator.post("/bookings", world.plan(), Idempotency_Key="k1")
    with clock.frozen(NOW + timedelta(hours=24, seconds=1)):
        coordinator.post("/bookings", world.plan(date="2018-12-07"), Idempotency_Key="k1")
    assert (count(database, Booking), count(database, IdempotentAnswer)) == (2, 1)


def test_eight_repeats_at_once_make_one_booking(
    coordinator: Program, database: Database, world: World
) -> None:
    def send(_number: int) -> tuple[int, bytes, bool]:
        mine = Program(coordinator.client.application.test_client(), coordinator.token)
        answer = mine.post("/bookings", world.plan(), Idempotency_Key="race")
        return answer.status_code, answer.data, "Idempotency-Replayed" in answer.headers

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {answer[:2] for answer in answers} == {answers[0][:2]}
    assert answers[0][0] == 201
    assert sorted(replayed for *_, replayed in answers) == [False] + [True] * 7
    assert count(database, Booking) == 1


def test_without_a_key_the_same_requests_at_once_are_not_one(
    coordinator: Program, database: Database, world: World
) -> None:
    """The twin: what the key prevents does happen without it."""

    def send(_number: int) -> int:
        mine = Program(coordinator.client.application.test_client(), coordinator.token)
        return mine.post("/feeds", {"scope": "partnership", "partnership_id": 1}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [201] * 4
    assert count(database, Feed) == 4
