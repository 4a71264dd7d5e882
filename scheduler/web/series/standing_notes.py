"""What is to be told of many days of a series, told once: bells that nobody entered, a year not published."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from flask_babel import ngettext

from scheduler import clock
from scheduler.domain.series.proposals import Proposal
from scheduler.domain.times import local_day
from scheduler.errors import Objection, OnDay
from scheduler.web.door import zone
from scheduler.web.locale import language
from scheduler.wording import day_words, explain

FEWEST = 3
"""Days of which the same is told: fewer tell it themselves."""


def standing_notes(proposals: Sequence[Proposal]) -> tuple[list[str], list[tuple[Objection, ...]]]:
    """(sentences for many days, each naming them; the notes that are left for each day)."""
    days: dict[Hashable, list[date]] = {}
    for one in proposals:
        for key in {_key(note) for note in one.answer.notes}:
            days.setdefault(key, []).append(one.day)
    many = {key: told for key, told in days.items() if len(told) >= FEWEST}
    notes = {_key(note): note for one in proposals for note in one.answer.notes}
    sentences = [_sentence(note, many[key]) for key, note in notes.items() if key in many]
    left = [tuple(note for note in one.answer.notes if _key(note) not in many) for one in proposals]
    return sentences, left


def _key(note: Objection) -> Hashable:
    """Alike for notes that say the same of different days."""
    facts = sorted((name, str(value)) for name, value in note.facts.items() if not isinstance(value, OnDay))
    return note.code, note.subject_kind, note.subject_id, tuple(facts)


def _sentence(note: Objection, days: Sequence[date]) -> str:
    """The note with all its days in the place of the one."""
    words = _days_words(days)
    facts = {name: words if isinstance(value, OnDay) else value for name, value in note.facts.items()}
    return explain(replace(note, facts=facts), language(), zone=zone())


def _days_words(days: Sequence[date]) -> str:
    """1月1日 周五–9月3日 周五（共 176 天）."""
    first, last = _words((days[0], days[-1]))
    return ngettext(
        "%(first)s–%(last)s（共 %(num)s 天）",
        "%(first)s–%(last)s（共 %(num)s 天）",
        len(days),
        first=first,
        last=last,
    )


def _words(days: Iterable[date]) -> list[str]:
    today = local_day(clock.now(), zone())
    return [day_words(day, language(), year=day.year != today.year) for day in days]
