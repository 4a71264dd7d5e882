"""How far an edited booking of a series moves on the clocks, and where that puts the others. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.domain.fields import Bad
from scheduler.domain.holds import Span
from scheduler.domain.times import check_interval, local_instant
from scheduler.errors import Invalid, Problem


class Shift:
    """From ``was`` to ``span`` on the clocks of ``zone``: 10:00 stays 10:00 where the clocks change between.

    Start and end each move by their own: days that are longer or shorter than the edited one stay so.
    """

    def __init__(self, was: Span, span: Span, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._starts = self._local(span.starts_at) - self._local(was.starts_at)
        self._ends = self._local(span.ends_at) - self._local(was.ends_at)

    @property
    def is_any(self) -> bool:
        """Whether anything moves."""
        return bool(self._starts or self._ends)

    def of(self, was: Span) -> Span:
        """Where another one is put. Raises Invalid when the clocks skip that, or nothing is left of it."""
        span = Span(
            self._moved("starts", was.starts_at, self._starts), self._moved("ends", was.ends_at, self._ends)
        )
        try:
            check_interval(span.starts_at, span.ends_at)
        except Bad as bad:
            raise Invalid([Problem("ends", bad.code, bad.facts)]) from bad
        return span

    def _moved(self, field: str, moment: datetime, by: timedelta) -> datetime:
        if not by:
            return moment
        local = self._local(moment) + by
        try:
            return local_instant(local.date(), local.time(), self._zone.key)
        except Bad as bad:
            raise Invalid([Problem(field, bad.code, bad.facts)]) from bad

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._zone).replace(tzinfo=None)
