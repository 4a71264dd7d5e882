"""The benchmark of feeds runs, at a tiny size."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import feeds


def test_feeds(tmp_path: Path) -> None:
    ratios = list(feeds.measure(tmp_path, events=3, polls=2, rounds=1))
    assert [ratio.name.split(": ")[1] for ratio in ratios] == [
        "unchanged, 304",
        "unchanged, 200 gzip",
        "unchanged, 200 plain",
        "first time",
        "after one booking changed",
    ]
    assert all(ratio.ratio > 0 for ratio in ratios)
