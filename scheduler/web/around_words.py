"""What the calendars say around a time, in words: periods, opening hours, holidays, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_pgettext, pgettext

from scheduler.domain.calendars.around import Around, SchoolDay
from scheduler.domain.calendars.bells import BellDay, Line, Ringing
from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.calendars.openings import OpenDay
from scheduler.domain.calendars.values import Place
from scheduler.domain.suitability import Surroundings
from scheduler.errors import Objection
from scheduler.models.bookings import Booking
from scheduler.models.holidays import DayKind
from scheduler.web.door import zone
from scheduler.web.locale import joined, language, name_of
from scheduler.wording import day_words, explain
from scheduler.wording.moments import WEEKDAYS
from scheduler.wording.names import holiday_name, period_name

RULES = {
    "closure.closed": lazy_pgettext("rule", "停用"),
    "opening.holiday": lazy_pgettext("rule", "假期闭馆"),
    "opening.weekday": lazy_pgettext("rule", "当天闭馆"),
    "opening.hours": lazy_pgettext("rule", "不在开放时间"),
    "holiday.off": lazy_pgettext("rule", "节假日放假"),
    "term.vacation": lazy_pgettext("rule", "不在学期内"),
    "bell.no_lessons": lazy_pgettext("rule", "当天不上课"),
    "bell.make_up_unset": lazy_pgettext("rule", "调休日没有定课表"),
    "bell.not_in_a_period": lazy_pgettext("rule", "不在一节课之内"),
    "bell.not_in_lessons": lazy_pgettext("rule", "不在上课时段"),
    "bell.in_lesson": lazy_pgettext("rule", "正在上课"),
}
"""What can be overridden, in short: for a line of history."""


def rule_words(code: str, name: str) -> str:
    """不在开放时间（北京汽车博物馆）."""
    rule = str(RULES.get(code, code))
    return _("%(rule)s（%(name)s）", rule=rule, name=name) if name else rule


Names = Mapping[int, str]
"""What organisations are called in the viewer's language, by id; the others go by their own names."""


def site_names(booking: Booking) -> Names:
    """Of the organisations of a booking."""
    return {site.organisation_id: name_of(site.organisation) for site in booking.sites}


def around_lines(around: Around, names: Names) -> list[tuple[str, str]]:
    """(whose, what): the periods of each school, the opening hours of each museum, holidays."""
    days = {one.day for one in around.schools} | {day for _place, day, _open in around.openings}
    with_day = len(days) > 1
    lines = [(_name(one.place, names), _on(one.day, school_words(one), with_day)) for one in around.schools]
    lines += [
        (_name(place, names), _on(day, opening_words(known), with_day))
        for place, day, known in around.openings
    ]
    return lines + [(_("节假日"), announced_words(day, kind, name)) for day, kind, name in around.announced]


def school_words(school: SchoolDay) -> str:
    """第3节 10:00–10:40、第4节 10:50–11:30；按周三上课."""
    ringing = school.bells.ringing
    if ringing is Ringing.NO_LESSONS:
        return _("这天不上课")
    if ringing is Ringing.MAKE_UP_UNSET:
        return _("调休上班日，还没有定按周几上课")
    words = joined([line_words(line) for line in school.lessons]) or _("不在上课时间")
    return (
        _("%(words)s（%(follows)s）", words=words, follows=follows_words(school.bells))
        if (school.bells.follows)
        else words
    )


def follows_words(bells: BellDay) -> str:
    """按周三的课表; "" on days that follow their own."""
    if not bells.follows:
        return ""
    return _("按%(weekday)s的课表", weekday=WEEKDAYS[language()][bells.follows - 1])


def opening_words(known: OpenDay) -> str:
    """开放 9:00–17:00, or why it is closed."""
    if known.hours is None:
        return ""
    if not known.is_open:
        why = holiday_name(known.holiday, language())
        return _("闭馆（%(why)s）", why=why) if why else pgettext("museum", "闭馆")
    return _(
        "开放 %(opens)s–%(closes)s",
        opens=clock_words(known.hours.opens),
        closes=clock_words(known.hours.closes),
    )


def announced_words(day: date, kind: DayKind, name: str) -> str:
    """10月1日 周四 国庆节假期; 10月10日 周六 国庆节调休上班."""
    return f"{day_words(day, language())} {holiday_words(kind, name)}"


def holiday_words(kind: DayKind, name: str) -> str:
    """国庆节假期, 国庆节调休上班."""
    holiday = holiday_name(name, language())
    if kind is DayKind.HOLIDAY:
        return _("%(holiday)s假期", holiday=holiday)
    return _("%(holiday)s调休上班", holiday=holiday)


def line_words(line: Line) -> str:
    """第3节 10:00–10:40."""
    return period_name(line.words(), language())


def period_words(lessons: Sequence[Line]) -> str:
    """第3节, or 第3节–第4节; "" for none."""
    names = [period_name(line.name, language()) for line in lessons]
    return "–".join(dict.fromkeys([names[0], names[-1]])) if names else ""


def first_period(around: Around, names: Names) -> str:
    """The periods of the first receiving school that teaches then: 林西县民族中学 第3节."""
    return next(_taught(around, names), "")


def every_period(around: Around, names: Names) -> str:
    """The periods of all receiving schools that teach then: 林西县民族中学 第3节、示例中学 第2节."""
    return joined(_taught(around, names))


def _taught(around: Around, names: Names) -> Iterator[str]:
    for one in around.schools:
        if one.lessons:
            yield f"{_name(one.place, names)} {period_words(one.lessons)}"


def periods_of(surroundings: Surroundings, bookings: Iterable[Booking]) -> dict[int, str]:
    """Booking id → the periods of its first receiving school; only where it has lessons then."""
    words = {
        booking.id: first_period(surroundings.around(booking, zone()), site_names(booking))
        for booking in bookings
    }
    return {booking_id: period for booking_id, period in words.items() if period}


def objection_lines(objections: Iterable[Objection]) -> list[dict[str, Any]]:
    """Each as {who, sentence, kind}; ``who`` is "" for what concerns everybody."""
    return [
        {
            "who": one.facts.get("name", ""),
            "sentence": explain(one, language(), zone=zone()),
            "kind": one.subject_kind,
        }
        for one in objections
    ]


def _name(place: Place, names: Names) -> str:
    return names.get(place.id, place.name)


def _on(day: date, words: str, with_day: bool) -> str:
    return f"{day_words(day, language())} {words}" if with_day else words
