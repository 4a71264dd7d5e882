"""A series as lists show it."""

from __future__ import annotations

from scheduler.api.bearer import language
from scheduler.api.shapes.series import NextShape, SeriesSummaryShape
from scheduler.api.shapes.values import Named, moment
from scheduler.domain.series.listing import SeriesSummary
from scheduler.models.bookings import Booking, Side
from scheduler.wording.weekly import rule_time_words, weekly_words


def show_summary(summary: SeriesSummary) -> SeriesSummaryShape:
    """Its rule in words, who takes part in the booking by which it is shown, its figures."""
    hosts = _organisations(summary.shown, Side.HOST)
    return {
        "id": summary.series.public_id,
        "partnership_id": summary.series.partnership_id,
        "title": summary.series.title,
        "rule": _rule(summary),
        "first_day": summary.first_day.isoformat(),
        "last_day": summary.last_day.isoformat(),
        "host": hosts[0] if hosts else None,
        "receiving": _organisations(summary.shown, Side.RECEIVING),
        "booked": summary.booked,
        "over": summary.over,
        "cancelled": summary.cancelled,
        "skipped": summary.skipped,
        "next": _next(summary.shown) if summary.is_running else None,
    }


def _rule(summary: SeriesSummary) -> str:
    rule = summary.rule
    time = rule_time_words(
        language(),
        starts=rule.starts,
        ends=rule.ends,
        school=summary.school.name if summary.school else "",
        period=rule.period,
        period_to=rule.period_to,
    )
    return f"{weekly_words(rule.weekdays, rule.every, language())} {time}"


def _organisations(booking: Booking, side: Side) -> list[Named]:
    """Each once, in the order of the sites."""
    found = {site.organisation_id: site.organisation for site in booking.sites if site.side is side}
    return [{"id": row.id, "name": row.name} for row in found.values()]


def _next(booking: Booking) -> NextShape:
    return {
        "booking": booking.public_id,
        "starts_at": moment(booking.starts_at),
        "ends_at": moment(booking.ends_at),
    }
