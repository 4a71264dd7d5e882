"""What stands behind the bookings of a calendar: holidays, periods, opening hours, closures of its days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from scheduler.domain.calendars.bells import Ringing
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.loading import load_calendars, load_holidays
from scheduler.domain.calendars.local_time import (
    MINUTES,
    clock_words,
    day_interval,
    instant,
    minutes_interval,
)
from scheduler.domain.calendars.values import Calendars, Place
from scheduler.domain.intervals import Interval, overlap
from scheduler.models.openings import Closure
from scheduler.models.places import Organisation, Partnership
from scheduler.models.resources import Resource
from scheduler.web.around_words import follows_words, holiday_words, line_words, opening_words
from scheduler.web.calendar.filters import CalendarFilter
from scheduler.web.calendar.week_grid import SLOT
from scheduler.web.door import zone
from scheduler.web.locale import language, name_of
from scheduler.wording import label

MOST_NAMED = 3
"""Closures that a day names when no organisation is looked at by itself."""
MOST_CLOSURES = 500


@dataclass(frozen=True)
class Band:
    """A stretch of time with its name; ``tone`` is that of ui.week_grid.

    ``head``: what a day's head tells instead, where lessons lie over the name.
    """

    interval: Interval
    label: str
    tone: str
    head: str = ""


@dataclass
class Backdrop:
    """Day → notes, day → bands."""

    notes: dict[date, list[str]] = field(default_factory=dict)
    bands: dict[date, list[Band]] = field(default_factory=dict)

    def hours_of(self, day: date) -> list[tuple[int, int]]:
        """From minute to minute of ``day``: its lesson periods, which the hours of a grid should hold."""
        midnight = day_interval(day, zone())[0]
        return [
            ((band.interval[0] - midnight) // 60, -(-(band.interval[1] - midnight) // 60))
            for band in self.bands.get(day, [])
            if band.tone == "period"
        ]

    def bands_of(self, day: date, first_hour: int, last_hour: int) -> list[dict[str, Any]]:
        """The mappings that ui.week_grid takes, of what lies within its hours."""
        midnight = day_interval(day, zone())[0]
        shown = midnight + first_hour * 3600, midnight + last_hour * 3600
        return [_placed(band, shown) for band in self.bands.get(day, []) if overlap(band.interval, shown)]


def read_backdrop(
    session: Session, partnership: Partnership | None, wanted: CalendarFilter, days: Sequence[date]
) -> Backdrop:
    """What is known of ``days`` (in order): a fixed number of queries.

    A school or museum that the calendar is narrowed to shows its periods, hours and closures; otherwise
    the closures of whole organisations are notes.
    """
    drop = Backdrop()
    if partnership is None or not days:
        return drop
    calendars = _calendars(session, partnership, wanted, days)
    _note_holidays(drop, calendars.holidays, days)
    for place in calendars.places.values():
        _draw_place(drop, place, days)
    _name_in_heads(drop, days)
    if not calendars.places:
        _note_closures(drop, _closures(session, partnership, wanted, days), days)
    return drop


def _calendars(
    session: Session, partnership: Partnership, wanted: CalendarFilter, days: Sequence[date]
) -> Calendars:
    asked = [place_id for place_id in (wanted.organisation, wanted.museum) if place_id is not None]
    own = select(Organisation.id).where(
        Organisation.id.in_(asked), Organisation.partnership_id == partnership.id
    )
    ids = session.scalars(own).all() if asked else ()
    if not ids:
        return Calendars(load_holidays(session, partnership.id, (days[0], days[-1])), {})
    return load_calendars(session, ids, _whole(days), partnership_id=partnership.id)


def _note_holidays(drop: Backdrop, holidays: Holidays, days: Sequence[date]) -> None:
    """Holidays and make-up workdays; once for each year, that it is not published."""
    told: set[int] = set()
    for day in days:
        if day in holidays.days:
            _note(drop, day, holiday_words(*holidays.days[day]))
        elif not holidays.is_published(day) and day.year not in told:
            told.add(day.year)
            _note(drop, day, _("%(year)s 年节假日安排未发布", year=day.year))


def _draw_place(drop: Backdrop, place: Place, days: Sequence[date]) -> None:
    unknown_told = not place.schedules
    for day in days:
        bells = place.bells(day)
        if bells.ringing is Ringing.MAKE_UP_UNSET:
            _note(drop, day, _("还没有定按周几上课"))
        elif bells.ringing is Ringing.UNKNOWN and not unknown_told:
            unknown_told = True
            _note(drop, day, _("没有作息时间表"))
        elif day in place.swaps:
            _note(drop, day, follows_words(bells) if bells.follows else _("这天不上课"))
        bands = drop.bands.setdefault(day, [])
        bands += [
            Band(minutes_interval(day, place.zone, line.starts, line.ends), line_words(line), "period")
            for line in bells.lessons
        ]
        bands += _closed_bands(place, day)
        bands.sort(key=lambda band: band.tone == "period")


def _name_in_heads(drop: Backdrop, days: Sequence[date]) -> None:
    """Where lessons are drawn over a closed band their names would cover its own: the day's head tells it."""
    for day in days:
        bands = drop.bands.get(day, [])
        taught = [band.interval for band in bands if band.tone == "period"]
        for index, band in enumerate(bands):
            if band.tone != "period" and any(overlap(band.interval, lesson) for lesson in taught):
                _note(drop, day, band.head or band.label)
                bands[index] = replace(band, label="")


def _closed_bands(place: Place, day: date) -> Iterator[Band]:
    """When it is not open, and its closures."""
    known = place.opening(day)
    whole = day_interval(day, place.zone)
    if known.hours is not None and not known.is_open:
        yield Band(whole, opening_words(known), "holiday" if known.holiday else "closed")
    elif known.hours is not None:
        opens, closes = known.hours.opens, known.hours.closes
        before = _("%(time)s 开放", time=clock_words(opens))
        after = _("%(time)s 闭馆", time=clock_words(closes))
        head = opening_words(known)
        yield Band(minutes_interval(day, place.zone, 0, opens), before, "closed", head)
        yield Band(minutes_interval(day, place.zone, closes, MINUTES), after, "closed", head)
    for one in place.closed:
        if one.resource_id is None and overlap(one.interval, whole):
            yield Band(_within(one.interval, whole), f"{label(language(), one.kind)} {one.name}", "closed")


def _closures(
    session: Session, partnership: Partnership, wanted: CalendarFilter, days: Sequence[date]
) -> Sequence[Closure]:
    """Of whole organisations (of the region), or, looking at a person, of the person and where they work."""
    starts, ends = _whole(days)
    query = (
        select(Closure)
        .join(Organisation, Organisation.id == Closure.organisation_id)
        .where(
            Closure.partnership_id == partnership.id,
            Closure.retired_at.is_(None),
            Organisation.retired_at.is_(None),
            Closure.starts_at < instant(ends),
            Closure.ends_at > instant(starts),
        )
        .options(joinedload(Closure.organisation), joinedload(Closure.resource))
        .order_by(Closure.starts_at, Closure.id)
        .limit(MOST_CLOSURES)
    )
    if wanted.region is not None:
        query = query.where(Organisation.region_id == wanted.region)
    if wanted.person is None:
        return session.scalars(query.where(Closure.resource_id.is_(None))).all()
    own = select(Resource.organisation_id).where(Resource.id == wanted.person).scalar_subquery()
    of_place = Closure.resource_id.is_(None) & (Closure.organisation_id == own)
    return session.scalars(query.where(or_(Closure.resource_id == wanted.person, of_place))).all()


def _note_closures(drop: Backdrop, closures: Sequence[Closure], days: Sequence[date]) -> None:
    for day in days:
        whole = day_interval(day, zone())
        found = [one for one in closures if overlap(_seconds(one), whole)]
        for one in found[:MOST_NAMED]:
            _note(drop, day, _closure_words(one, whole))
        more = len(found) - MOST_NAMED
        if more > 0:
            _note(drop, day, ngettext("另有 %(num)s 处停用", "另有 %(num)s 处停用", more))


def _closure_words(closure: Closure, whole: Interval) -> str:
    """北京汽车博物馆 闭馆 12:00–24:00：布展; without hours when it takes the whole day."""
    starts, ends = _within(_seconds(closure), whole)
    hours = [(second - whole[0]) // 60 for second in (starts, ends)]
    when = "" if (starts, ends) == whole else f"{clock_words(hours[0])}–{clock_words(hours[1])}"
    who = closure.resource.name if closure.resource else name_of(closure.organisation)
    words = " ".join(part for part in (who, label(language(), closure.kind), when) if part)
    return _("%(words)s：%(name)s", words=words, name=closure.name)


def _placed(band: Band, shown: Interval) -> dict[str, Any]:
    starts, ends = _within(band.interval, shown)
    at = (starts - shown[0]) // (SLOT * 60)
    span = -(-(ends - shown[0]) // (SLOT * 60)) - at
    return {"at": at, "span": span, "label": band.label, "tone": band.tone}


def _note(drop: Backdrop, day: date, words: str) -> None:
    notes = drop.notes.setdefault(day, [])
    if words not in notes:
        notes.append(words)


def _within(interval: Interval, whole: Interval) -> Interval:
    return max(interval[0], whole[0]), min(interval[1], whole[1])


def _seconds(closure: Closure) -> Interval:
    return int(closure.starts_at.timestamp()), int(closure.ends_at.timestamp())


def _whole(days: Sequence[date]) -> Interval:
    return day_interval(days[0], zone())[0], day_interval(days[-1], zone())[1]
