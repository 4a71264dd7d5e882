"""A booking's place in its series, and how far a change of it may reach, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from scheduler.domain import access
from scheduler.domain.fields import Bad, Choice
from scheduler.domain.series.booking import occurrence_of
from scheduler.domain.series.change import Reach, reached
from scheduler.domain.times import local_day
from scheduler.errors import Invalid, Problem
from scheduler.models.bookings import Booking
from scheduler.models.series import Occurrence
from scheduler.web.door import act, viewer, zone
from scheduler.web.locale import language
from scheduler.wording import day_words


@dataclass(frozen=True)
class Reached:
    """What a reach touches: ``days`` in words, in order."""

    choice: SelectChoice
    days: tuple[str, ...]


def place_in_series(session: Session, booking: Booking) -> dict[str, Any] | None:
    """{words, url}: 第 3 次，共 14 次; None for a booking that stands alone."""
    own = occurrence_of(session, booking)
    if own is None:
        return None
    days = session.scalars(
        select(Occurrence.day).where(
            Occurrence.series_id == own.series_id, Occurrence.booking_id.is_not(None)
        )
    ).all()
    number = sum(day <= own.day for day in days)
    return {
        "words": _("第 %(number)s 次，共 %(count)s 次", number=number, count=len(days)),
        "url": url_for("series.show", public_id=own.series.public_id),
    }


def offer_reach(session: Session, form: Any, booking: Booking) -> list[Reached]:
    """Give the form's ``reach`` its choices; [] and no choices for a booking that stands alone."""
    if occurrence_of(session, booking) is None:
        return []
    offered = [_reached(session, booking, reach) for reach in Reach]
    form.reach.choices = [one.choice for one in offered]
    form.reach.data = form.reach.data or Reach.ONE.value
    return offered


def read_reach(form: FlaskForm) -> Reach:
    """How far the change is to reach. Raises Invalid."""
    try:
        wanted = Choice(name="reach", label="改哪几次", options=Reach, default=Reach.ONE)
        return Reach(wanted.clean(form["reach"].data))
    except Bad as bad:
        raise Invalid([Problem("reach", bad.code, bad.facts)]) from bad


def require_reached(session: Session, booking: Booking, reach: Reach) -> None:
    """That the viewer may change everything that is touched. Raises Forbidden."""
    touched = [one.booking for one in reached(session, booking, reach, act=act()) if one.booking]
    access.require(all(access.can_change_booking(viewer(), one) for one in touched))


def _reached(session: Session, booking: Booking, reach: Reach) -> Reached:
    touched: Sequence[Occurrence] = reached(session, booking, reach, act=act())
    days = tuple(_day(one) for one in touched)
    words = {
        Reach.ONE: _("只这一次"),
        Reach.FOLLOWING: _("这次和以后各次"),
        Reach.ALL: _("全部未上的各次"),
    }[reach]
    count = ngettext("共 %(num)s 次", "共 %(num)s 次", len(days))
    return Reached(SelectChoice(reach.value, _("%(words)s（%(count)s）", words=words, count=count)), days)


def _day(one: Occurrence) -> str:
    day = local_day(one.booking.starts_at, zone()) if one.booking else one.day
    return day_words(day, language())
