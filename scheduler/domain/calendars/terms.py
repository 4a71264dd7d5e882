"""Whether a day lies in a term of a stage. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.models.places import Stage
from scheduler.models.resources import Grade


@dataclass(frozen=True)
class TermDays:
    """First and last day, both taught."""

    name: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Vacation:
    """Between two terms that are known: after ``after``, before ``before``."""

    after: TermDays
    before: TermDays


def term_on(terms: Sequence[TermDays], day: date) -> TermDays | Vacation | None:
    """The term of ``day``, the vacation it lies in, or None where the terms around it are not known."""
    running = [term for term in terms if term.first_day <= day <= term.last_day]
    if running:
        return running[0]
    ended = [term for term in terms if term.last_day < day]
    coming = [term for term in terms if term.first_day > day]
    if not ended or not coming:
        return None
    return Vacation(max(ended, key=lambda term: term.last_day), min(coming, key=lambda term: term.first_day))


def stage_of(grade: Grade) -> Stage:
    """The stage in which a grade is taught."""
    if grade.value.startswith("k"):
        return Stage.KINDERGARTEN
    number = int(grade.value)
    if number <= 6:
        return Stage.PRIMARY
    return Stage.LOWER_SECONDARY if number <= 9 else Stage.UPPER_SECONDARY
