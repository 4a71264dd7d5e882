"""What the slot finder's page asks: who, how long, when. It stands in the address, to be passed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Form, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, NumberInput, TimeInput

from scheduler.domain.slots.ranking import Preference
from scheduler.domain.slots.wishes import USUAL_MINUTES, USUAL_WINDOW
from scheduler.models.bookings import BookingKind, Timing
from scheduler.models.resources import Resource, ResourceKind
from scheduler.models.weekdays import Weekday
from scheduler.web.bookings.options import Options
from scheduler.web.forms import choices_of
from scheduler.web.locale import name_of

PREFERENCES = {
    Preference.MORNING: lazy_gettext("最好在上午"),
    Preference.AFTERNOON: lazy_gettext("最好在下午"),
    Preference.NOT_BEFORE_EXAM: lazy_gettext("避开考试前一天"),
    Preference.SPREAD: lazy_gettext("每天最多一个"),
}
KINDS = (
    ResourceKind.CLASS,
    ResourceKind.PERSON,
    ResourceKind.ROOM,
    ResourceKind.ACCOUNT,
    ResourceKind.KIT,
)
WORKDAYS = [day.value for day in Weekday][:5]
_CHECKS: dict[str, Any] = {
    "widget": ListWidget(prefix_label=False),
    "option_widget": CheckboxInput(),
}


class FindForm(Form):
    """How long and when; whom is asked by the checkboxes of the picker."""

    kind = SelectField(lazy_gettext("类型"))
    timing = SelectField(lazy_gettext("与上课时间的关系"))
    minutes = StringField(lazy_gettext("时长（分钟）"), widget=NumberInput(min=5, max=600))
    field_from = StringField(lazy_gettext("从哪天"), widget=DateInput(), name="from")
    to = StringField(lazy_gettext("到哪天"), widget=DateInput())
    earliest = StringField(lazy_gettext("最早几点"), widget=TimeInput())
    latest = StringField(lazy_gettext("最晚几点"), widget=TimeInput())
    weekdays = SelectMultipleField(lazy_gettext("星期几"), **_CHECKS)
    preferences = SelectMultipleField(lazy_gettext("偏好"), **_CHECKS)


def find_form(today: date) -> FindForm:
    """The form as it was asked, else with usual values."""
    usual = {
        "kind": BookingKind.LESSON,
        "minutes": str(USUAL_MINUTES),
        "field_from": today.isoformat(),
        "to": (today + timedelta(days=USUAL_WINDOW)).isoformat(),
        "earliest": "08:00",
        "latest": "18:00",
        "weekdays": WORKDAYS,
    }
    form = FindForm(request.args if was_asked() else None, data=usual)
    form.kind.choices = choices_of(BookingKind)
    form.timing.choices = [SelectChoice("", _("按类型")), *choices_of(Timing)]
    form.weekdays.choices = choices_of(Weekday)
    form.preferences.choices = [SelectChoice(one.value, str(words)) for one, words in PREFERENCES.items()]
    return form


def was_asked() -> bool:
    """Whether the address is a question, and not only the way to the page."""
    return "minutes" in request.args


def picker(options: Options) -> list[dict[str, Any]]:
    """Every organisation with what it has: [{name, id, chosen, is_there, rows: [{id, name, kind, required,
    preferred}]}], those that are chosen from first.
    """
    required, preferred = set(_ids("required")), set(_ids("preferred"))
    places = set(_ids("organisation_id"))
    found = []
    for place in options.organisations.values():
        rows = [
            {
                "id": row.id,
                "name": row.name,
                "kind": row.kind.value,
                "required": row.id in required,
                "preferred": row.id in preferred,
            }
            for row in _of(place.id, options.resources.values())
        ]
        chosen = sum(row["required"] or row["preferred"] for row in rows)
        found.append(
            {
                "id": place.id,
                "name": name_of(place),
                "is_there": place.id in places,
                "chosen": chosen + (place.id in places),
                "rows": rows,
            }
        )
    return sorted(found, key=lambda place: (not place["chosen"], place["name"]))


def _of(place_id: int, resources: Iterable[Resource]) -> list[Resource]:
    mine = [row for row in resources if row.organisation_id == place_id]
    return sorted(mine, key=lambda row: (KINDS.index(row.kind), row.name))


def _ids(name: str) -> Iterator[int]:
    """Whole numbers before a role, as far as they are such."""
    for text in ",".join(request.args.getlist(name)).split(","):
        number = text.partition(":")[0]
        if number.isascii() and number.isdecimal() and len(number) < 18:
            yield int(number)
