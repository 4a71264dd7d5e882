"""The list of series: running, ended or all, searched, a page at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext
from sqlalchemy.orm import Session

from scheduler.domain.queries import PAGE, count
from scheduler.domain.series.listing import (
    SeriesFilter,
    SeriesSummary,
    Stage,
    summaries,
    visible_series,
)
from scheduler.domain.suitability import read_surroundings
from scheduler.domain.times import local_day
from scheduler.models.places import Partnership
from scheduler.web.addresses import page_argument, words_argument
from scheduler.web.around_words import periods_of
from scheduler.web.bookings.page import when_words
from scheduler.web.calendar.agenda import agenda_line, place_words
from scheduler.web.door import viewer, zone
from scheduler.web.locale import joined, language, name_of
from scheduler.wording import day_words
from scheduler.wording.weekly import rule_time_words, weekly_words

STAGES = (*Stage, "all")


def series_list(session: Session, partnership: Partnership | None, *, now: datetime) -> dict[str, Any]:
    """Everything that templates/series/index.html needs."""
    asked = _asked()
    wanted = SeriesFilter(
        stage=None if asked["stage"] == "all" else Stage(asked["stage"]),
        partnership_id=partnership.id if partnership else None,
        words=asked["q"],
    )
    query = visible_series(viewer(), wanted, now=now)
    page, pages = page_argument(count(session, query))
    series = session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    told = summaries(session, viewer(), series, now=now)
    shown = [one.shown for one in told]
    periods = periods_of(read_surroundings(session, shown), shown)
    today = local_day(now, zone())
    return {
        "asked": asked,
        "rows": [_row(one, today, periods.get(one.shown.id, "")) for one in told],
        "page": page,
        "pages": pages,
        "page_url": lambda number: url_for("series.index", **_given(asked), page=number),
        "tabs": [
            {
                "label": words,
                "url": url_for("series.index", **_given({**asked, "stage": stage})),
                "active": asked["stage"] == stage,
            }
            for stage, words in zip(STAGES, _stage_words(), strict=True)
        ],
    }


def rule_words(summary: SeriesSummary) -> tuple[str, str]:
    """(每周四, 林西县民族中学 第3节)."""
    rule, school = summary.rule, summary.school
    time = rule_time_words(
        language(),
        starts=rule.starts,
        ends=rule.ends,
        school=name_of(school) if school else "",
        period=rule.period,
        period_to=rule.period_to,
    )
    return weekly_words(rule.weekdays, rule.every, language()), time


def _row(one: SeriesSummary, today: date, period: str) -> dict[str, Any]:
    weekly, time = rule_words(one)
    line = agenda_line(one.shown)
    return {
        "title": one.series.title,
        "url": url_for("series.show", public_id=one.series.public_id),
        "kind": line["kind"],
        "kind_label": line["kind_label"],
        "weekly": weekly,
        "time": time,
        "by_clock": one.rule.period is None,
        "days": "–".join(_day(day, today) for day in dict.fromkeys([one.first_day, one.last_day])),
        "place": place_words(one.shown),
        "over": ngettext(
            "共 %(num)s 次，已过 %(over)s 次", "共 %(num)s 次，已过 %(over)s 次", one.booked, over=one.over
        ),
        "less": _less(one),
        "next": _next(one, today, period) if one.is_running else None,
        "next_url": line["url"],
        "ended": _("全部取消了") if one.cancelled == one.booked else pgettext("series", "已结束"),
    }


def _next(one: SeriesSummary, today: date, period: str) -> dict[str, str]:
    """When it is; a rule by periods tells the period already."""
    return {**when_words(one.shown, today), "period": period if one.rule.period is None else ""}


def _less(one: SeriesSummary) -> str:
    """取消 1 次、跳过 2 天; "" where every day of the rule takes place."""
    cancelled = ngettext("取消 %(num)s 次", "取消 %(num)s 次", one.cancelled) if one.cancelled else ""
    skipped = ngettext("跳过 %(num)s 天", "跳过 %(num)s 天", one.skipped) if one.skipped else ""
    return joined([cancelled, skipped])


def _day(day: date, today: date) -> str:
    return day_words(day, language(), year=day.year != today.year)


def _stage_words() -> tuple[str, ...]:
    return (pgettext("series", "进行中"), pgettext("series", "已结束"), pgettext("series", "全部"))


def _asked() -> dict[str, str]:
    """From the address; what is no stage is not asked."""
    stage = request.args.get("stage", "")
    return {"stage": stage if stage in STAGES else Stage.RUNNING.value, "q": words_argument("q")}


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value and value != Stage.RUNNING}
