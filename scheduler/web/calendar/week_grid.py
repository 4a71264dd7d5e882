"""A week of bookings as columns of blocks: five-minute rows, side by side where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.models.bookings import Booking

SLOT = 5
"""Minutes of a row."""
MOST_LANES = 6
SHORTEST = 4
"""Rows of the shortest block that can still be read and touched."""
USUAL_HOURS = (8, 18)

Piece = tuple[Booking, int, int]
"""A booking's part of one day: (booking, first minute, end minute) of the local day."""


def pieces_of(bookings: Sequence[Booking], day: date, zone: str) -> list[Piece]:
    """The parts of ``bookings`` that fall on ``day``, by start."""
    midnight = datetime.combine(day, datetime.min.time())
    pieces = []
    for booking in bookings:
        first, end = (
            int((instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - midnight) / timedelta(minutes=1))
            for instant in (booking.starts_at, booking.ends_at)
        )
        if end > 0 and first < 24 * 60:
            pieces.append((booking, max(first, 0), min(end, 24 * 60)))
    return sorted(pieces, key=lambda piece: piece[1:])


def hours_of(days: Sequence[Sequence[Piece]], others: Sequence[tuple[int, int]] = ()) -> tuple[int, int]:
    """The first hour and the hour after the last one, so that every piece is inside.

    ``others``: minutes of the day between which something else is to be seen.
    """
    shown = [(first, end) for pieces in days for _booking, first, end in pieces] + list(others)
    firsts, ends = [first // 60 for first, _end in shown], [-(-end // 60) for _first, end in shown]
    return min([USUAL_HOURS[0], *firsts]), max([USUAL_HOURS[1], *ends])


def blocks_of(pieces: Sequence[Piece], first_hour: int, last_hour: int) -> list[dict[str, Any]]:
    """Position of each piece: row ``at``, ``span`` rows, ``lane`` of ``lanes``."""
    rows = [_rows(piece, first_hour, last_hour) for piece in pieces]
    return [
        {"booking": piece[0], "at": at, "span": span, "lane": lane, "lanes": lanes}
        for piece, (at, span), (lane, lanes) in zip(pieces, rows, _lanes(rows), strict=True)
    ]


def _rows(piece: Piece, first_hour: int, last_hour: int) -> tuple[int, int]:
    _booking, first, end = piece
    rows = (last_hour - first_hour) * 60 // SLOT
    at = (first - first_hour * 60) // SLOT
    span = max(-(-(end - first_hour * 60) // SLOT) - at, SHORTEST)
    return min(at, rows - span), span


def _lanes(rows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(lane, lanes) of each block; blocks that hang together by overlaps share one number of lanes."""
    placed: list[tuple[int, int]] = []
    group: list[int] = []
    ends: list[int] = []
    for at, span in rows:
        if ends and at >= max(ends):
            placed += [(lane, len(ends)) for lane in group]
            group, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= at), len(ends))
        lane = min(lane, MOST_LANES - 1)
        ends[lane : lane + 1] = [max(at + span, ends[lane] if lane < len(ends) else 0)]
        group.append(lane)
    return placed + [(lane, len(ends)) for lane in group]
