"""The benchmarks run, at tiny sizes; what they measure is for ``python -m tests.benchmarks``."""

from __future__ import annotations

from scheduler.db import Database
from tests.benchmarks import bookings, slots
from tests.benchmarks.__main__ import benchmarks
from tests.benchmarks.ratio import Ratio, table
from tests.world import World


def test_bookings(database: Database, world: World, engine_name: str) -> None:
    ratios = list(bookings.measure(database, world, holds=600, rounds=3))
    assert [ratio.name.split(":")[0] for ratio in ratios] == [engine_name, engine_name]
    assert all(ratio.ratio > 0 for ratio in ratios)


def test_slots(database: Database, world: World, engine_name: str) -> None:
    ratios = list(slots.measure(database, world, holds=1_200, each=200, wanted=(3, 6), rounds=2))
    assert [ratio.name for ratio in ratios] == [
        f"{engine_name}: {name} search for {number} resources among 1,200 holds"
        for number in (3, 6)
        for name in ("core", "whole")
    ]
    assert all(ratio.ratio > 0 for ratio in ratios)


def test_every_benchmark_is_found() -> None:
    assert {"bookings", "memory", "slots"} <= set(benchmarks())


def test_a_table_tells_the_ratio_beside_its_goal() -> None:
    good = Ratio(name="a", measured=30, against=20, against_name="bare", unit="ms", at_most=2)
    bad = Ratio(name="bb", measured=1, against=2, against_name="bare", unit="ms", at_least=0.75)
    assert table([good, bad]).splitlines() == [
        "name  measured  held against    ratio  goal",
        "a     30.0 ms   20.0 ms (bare)  1.50   ≤ 2",
        "bb    1.0 ms    2.0 ms (bare)   0.50   ≥ 0.75  missed",
    ]
