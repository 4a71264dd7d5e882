"""Every day of a series as a row, before any is booked: its outlook, what could be done, what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from scheduler import clock
from scheduler.domain.series.decisions import Do
from scheduler.domain.series.proposals import Outlook, Proposal
from scheduler.domain.series.rules import SeriesRule
from scheduler.domain.times import local_day
from scheduler.errors import BlockedDay, Objection, Problem
from scheduler.web.around_words import objection_lines
from scheduler.web.bookings.desk import MOST_OF_A_DAY, lines_by_day
from scheduler.web.bookings.values import time_values
from scheduler.web.calendar.agenda import clock_words
from scheduler.web.door import zone
from scheduler.web.locale import joined, language
from scheduler.web.series.form import SUGGEST, SeriesForm
from scheduler.web.series.standing_notes import standing_notes
from scheduler.wording import day_words, explain, interval_words
from scheduler.wording.names import period_words

OFF = "off"
"""A day without the period because it is a holiday."""


def preview(
    session: Session,
    form: SeriesForm,
    proposals: Sequence[Proposal],
    *,
    rule: SeriesRule,
    blocked: Mapping[date, BlockedDay],
) -> dict[str, Any]:
    """{rows, standing, totals, chosen, skipped}; the form's decisions are then about these days.

    ``standing``: what is told of many days at once.
    """
    typed = form.decided()
    form.set_days([_decision(one, typed.get(one.day.isoformat())) for one in proposals])
    answers = ((one.day, blocked.get(one.day) or one.answer) for one in proposals)
    busy = [(day, one) for day, answer in answers for one in answer.conflicts[:MOST_OF_A_DAY]]
    told = lines_by_day(session, busy)
    period = period_words(rule.period, rule.period_to, language()) if rule.period else ""
    standing, notes = standing_notes(proposals)
    rows = [
        _row(one, blocked.get(one.day), entry, told.get(one.day, []))
        | {"notes": [_words(note) for note in left], "period": period if one.span else ""}
        for one, entry, left in zip(proposals, form.decisions, notes, strict=True)
    ]
    kept = sum(row["form"].do.data != Do.SKIP for row in rows)
    return {
        "rows": rows,
        "standing": standing,
        "totals": totals(proposals),
        "chosen": kept,
        "skipped": len(rows) - kept,
    }


def totals(proposals: Sequence[Proposal]) -> str:
    """共 16 次：13 次可以、2 次冲突、1 次放假."""
    counted = Counter(_outlook(one) for one in proposals)
    words = {
        Outlook.FINE: lambda count: _("%(count)s 次可以", count=count),
        Outlook.CLASH: lambda count: _("%(count)s 次冲突", count=count),
        Outlook.OBJECTED: lambda count: _("%(count)s 次规则不允许", count=count),
        OFF: lambda count: _("%(count)s 次放假", count=count),
        Outlook.NO_TIME: lambda count: _("%(count)s 次没有这一节", count=count),
        Outlook.OVER: lambda count: _("%(count)s 次已过", count=count),
    }
    parts = joined([tell(counted[name]) for name, tell in words.items() if counted[name]])
    head = ngettext("共 %(num)s 次", "共 %(num)s 次", len(proposals))
    return _("%(head)s：%(parts)s", head=head, parts=parts)


def _row(
    one: Proposal, blocked: BlockedDay | None, entry: Any, conflicts: list[dict[str, Any]]
) -> dict[str, Any]:
    answer = blocked or one.answer
    entry.form.do.choices = _choices(one)
    problems = blocked.problems if blocked else ()
    return {
        "day": day_words(one.day, language(), year=one.day.year != local_day(clock.now(), zone()).year),
        "iso": one.day.isoformat(),
        "interval": clock_words(one.span.starts_at, one.span.ends_at) if one.span else "",
        "outlook": "blocked" if blocked else _outlook(one),
        "conflicts": conflicts,
        "more": max(0, len(answer.conflicts) - MOST_OF_A_DAY),
        "objections": objection_lines(answer.objections),
        "problems": [_words(problem) for problem in problems],
        "form": entry.form,
        "open": entry.form.do.data == Do.MOVE or bool(blocked) or bool(entry.form.override_reason.data),
    }


def _words(told: Objection | Problem) -> str:
    return explain(told, language(), zone=zone())


def _outlook(one: Proposal) -> str:
    off = any(said.code == "holiday.off" for said in one.answer.objections)
    return OFF if off and one.outlook in (Outlook.NO_TIME, Outlook.OBJECTED) else one.outlook


def _decision(one: Proposal, typed: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was decided before, else what suits: what works is booked, what is off is skipped."""
    suggested = _suggested(one)
    if typed and (typed["do"] != SUGGEST or suggested):
        return {**typed, "suggested": suggested or typed["suggested"]}
    if one.outlook is Outlook.FINE:
        do: str = Do.BOOK
    elif one.outlook is Outlook.CLASH and suggested:
        do = SUGGEST
    else:
        do = Do.SKIP
    return {"day": one.day.isoformat(), "do": do, "suggested": suggested}


def _choices(one: Proposal) -> list[SelectChoice]:
    choices = [SelectChoice(Do.SKIP, _("跳过这一天"))]
    if one.span is not None:
        choices.insert(0, SelectChoice(Do.BOOK, _("照这样预约")))
    if one.suggestion is not None:
        span = one.suggestion
        words = interval_words(span.starts_at, span.ends_at, language(), zone())
        choices.append(SelectChoice(SUGGEST, _("改到 %(time)s", time=words)))
    return [*choices, SelectChoice(Do.MOVE, _("改到别的时间（在下面填）"))]


def _suggested(one: Proposal) -> str:
    if one.suggestion is None:
        return ""
    values = time_values(one.suggestion.starts_at, one.suggestion.ends_at, zone())
    return " ".join(values[name] for name in ("date", "starts", "ends"))
