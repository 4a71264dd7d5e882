"""A feed of 200 events, polled over HTTP, against a Flask view of one constant line on the same server.

Programs poll once an hour, so each poll is a connection of its own. What counts is the time that the serving
process works for an answer (user and system), which no slow client can hide; the kinds take turns.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import select

from scheduler import clock
from scheduler.config import load_settings
from scheduler.db import Database
from scheduler.domain.bookings import book, get_booking, move_booking
from scheduler.domain.holds import Span
from scheduler.domain.plans import read_plan
from scheduler.domain.queries import whole_booking
from scheduler.feeds.calendar import join_calendar
from scheduler.feeds.content import DEFAULT_ZONE, event_of
from scheduler.feeds.event import CalendarEvent, write_event
from scheduler.models.bookings import Booking
from scheduler.models.feeds import FeedDetail
from tests.benchmarks.ratio import Ratio
from tests.feeds.publishing import subscribe
from tests.world import World, make_world

EVENTS = 200
POLLS = 400
ROUNDS = 5
CONSTANT = "constant Flask view"


@dataclass
class Served:
    """A running server, the feed on it, and the booking that is moved to change it."""

    process: psutil.Process
    port: int
    path: str
    database: Database
    world: World
    booking: str

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str, bytes]:
        """(status, ETag, body) of one poll on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Connection": "close", **(headers or {})})
        answer = connection.getresponse()
        found = (answer.status, answer.headers.get("ETag", ""), answer.read())
        connection.close()
        return found

    def poll(self, **headers: str) -> Callable[[], int]:
        """Polls the feed and answers the status."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return lambda: self.get(self.path, sent)[0]

    def work(self) -> float:
        """Seconds that the server has worked since it began."""
        times = self.process.cpu_times()
        return times.user + times.system

    def change(self) -> None:
        """Move one booking by a day, and back the next time."""
        with self.database.write() as session:
            booking = get_booking(session, self.booking)
            day = timedelta(days=1 if booking.revision % 2 == 0 else -1)
            span = Span(booking.starts_at + day, booking.ends_at + day)
            move_booking(session, booking, span=span, version=booking.version, act=self.world.act)


def run() -> Iterator[Ratio]:
    """Full size, on SQLite as it is served."""
    with tempfile.TemporaryDirectory(prefix="tongtang-benchmark-") as folder:
        yield from measure(Path(folder), events=EVENTS, polls=POLLS, rounds=ROUNDS)


def measure(folder: Path, *, events: int, polls: int, rounds: int) -> Iterator[Ratio]:
    """In a fresh instance in ``folder``."""
    with served(folder, events) as server:
        before = time.perf_counter()
        status, etag, _body = server.get(server.path)
        first = (time.perf_counter() - before) * 1000
        assert status == 200
        kinds: dict[str, tuple[Callable[[], int], int]] = {
            CONSTANT: (lambda: server.get("/constant")[0], 200),
            "unchanged, 304": (server.poll(If_None_Match=etag), 304),
            "unchanged, 200 gzip": (server.poll(Accept_Encoding="gzip"), 200),
            "unchanged, 200 plain": (server.poll(), 200),
        }
        rates = take_turns(server, kinds, polls=polls, rounds=rounds)
        changed, build = compare_change(server, rounds=rounds)
    goals = {"unchanged, 304": 0.75, "unchanged, 200 gzip": 0.5, "unchanged, 200 plain": 0.5}
    for name, goal in goals.items():
        yield Ratio(
            name=f"feed of {events} events: {name}",
            measured=rates[name],
            against=rates[CONSTANT],
            against_name=CONSTANT,
            unit="answers/s of work",
            at_least=goal,
        )
    for name, taken, goal in (("first time", first, None), ("after one booking changed", changed, 1 / 50)):
        yield Ratio(
            name=f"feed of {events} events: {name}",
            measured=taken,
            against=build,
            against_name="read and written anew with icalendar",
            unit="ms",
            at_most=goal,
        )


def take_turns(
    server: Served, kinds: Mapping[str, tuple[Callable[[], int], int]], *, polls: int, rounds: int
) -> dict[str, float]:
    """name → answers for each second of the server's work, the middle one of the rounds."""
    found: dict[str, list[float]] = {name: [] for name in kinds}
    for _round in range(rounds):
        for name, (ask, status) in kinds.items():
            before = server.work()
            assert {ask() for _poll in range(polls)} == {status}
            found[name].append(polls / max(server.work() - before, 1e-3))
    return {name: sorted(rates)[len(rates) // 2] for name, rates in found.items()}


def compare_change(server: Served, *, rounds: int) -> tuple[float, float]:
    """Milliseconds (the middle one) until the first answer after a change, and of building all of it anew."""
    changed, built = [], []
    for _round in range(rounds):
        server.change()
        changed.append(milliseconds(server.poll()))
        built.append(milliseconds(lambda: build_anew(server.database)))
    return sorted(changed)[rounds // 2], sorted(built)[rounds // 2]


def build_anew(database: Database) -> bytes:
    """What each poll would cost without anything kept: every booking read, every event written."""
    with database.read() as session:
        bookings = session.scalars(select(Booking).options(*whole_booking()))
        events: list[CalendarEvent] = [
            event_of(booking, detail=FeedDetail.PERSONAL, language="zh", uid_host="tongtang.invalid")
            for booking in bookings
        ]
    fragments = [write_event(event) for event in events]
    return join_calendar(name="同堂", color="teal", zones=[DEFAULT_ZONE], fragments=fragments)


def milliseconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    before = time.perf_counter()
    work()
    return (time.perf_counter() - before) * 1000


@contextmanager
def served(folder: Path, events: int) -> Iterator[Served]:
    """A server in a process of its own, over an instance with that many lessons of one teacher."""
    database = Database(load_settings(instance=folder, environ={}).database_url)
    database.upgrade()
    with database.write() as session:
        world = make_world(session, at=clock.now())
    first = fill(database, world, events)
    token = subscribe(database, world)
    command = [sys.executable, "-m", "tests.benchmarks._feed_server", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            path = f"/feeds/{token}.ics"
            yield Served(psutil.Process(process.pid), port, path, database, world, first)
        finally:
            process.kill()
            database.close()


def fill(database: Database, world: World, events: int) -> str:
    """Book the lesson once a day, from a month ago; answers the last one's id."""
    begin = clock.now() - timedelta(days=30)
    public_id = ""
    for number in range(events):
        day: datetime = begin + timedelta(days=number)
        raw = world.plan(date=day.date().isoformat(), title=f"第{number + 1}课 走进大葆台西汉墓")
        with database.write() as session:
            plan = read_plan(raw, zone=DEFAULT_ZONE)
            booking = book(session, plan, partnership_id=world.id("partnership"), act=world.act)
            public_id = booking.public_id
    return public_id
