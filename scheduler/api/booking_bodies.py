"""What bookings and their list take; the plan itself is read by ``domain.plans``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scheduler.api.operations import Body
from scheduler.api.questions import PAGING, Moment, yes_no
from scheduler.api.versions import VERSION
from scheduler.domain import plans
from scheduler.domain.fields import Bad, Choice, Day, Field, Reference
from scheduler.domain.series.change import Reach
from scheduler.domain.series.decisions import DECISION_FIELDS
from scheduler.domain.series.listing import Stage
from scheduler.domain.series.rules import MOST_OCCURRENCES, RULE_FIELDS
from scheduler.domain.text_fields import Text
from scheduler.models.bookings import BookingKind, BookingState, CancelReason

PARTNERSHIP = Reference(name="partnership_id", label="对口协作", table="partnership")


@dataclass(frozen=True, kw_only=True)
class Clock(Field):
    """ "10:00", a wall-clock time in the caller's zone; read by the domain together with its date."""

    def read(self, raw: Any) -> Any:
        """As given."""
        return raw


@dataclass(frozen=True, kw_only=True)
class Instant(Clock):
    """ISO 8601 with an offset; read by the domain."""


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """true or false; false when it is not given."""

    @property
    def empty(self) -> bool:
        """What stands for "not given"."""
        return False

    def read(self, raw: Any) -> bool:
        """As given."""
        if not isinstance(raw, bool):
            raise Bad("field.not_an_option")
        return raw


TIME: tuple[Field, ...] = (
    Day(name="date", label="日期"),
    Clock(name="starts", label="开始"),
    Clock(name="ends", label="结束"),
    Instant(name="starts_at", label="开始时刻"),
    Instant(name="ends_at", label="结束时刻"),
)
EITHER = (plans.INSTANTS, plans.LOCAL_TIME)
_PLAN: tuple[Field, ...] = (*plans.BOOKING_FIELDS, *TIME)
_OBJECTS = {"host": plans.HOST_FIELDS}
_ROWS = {
    "receiving": (plans.RECEIVING_FIELDS, plans.MOST_SITES),
    "people": (plans.PEOPLE_FIELDS, plans.MOST_PEOPLE),
    "segments": (plans.SEGMENT_FIELDS, plans.MOST_SEGMENTS),
    "kits": (plans.KIT_FIELDS, plans.MOST_KITS),
}
NEW_BOOKING = Body("NewBooking", (*_PLAN, PARTNERSHIP), _OBJECTS, _ROWS, EITHER)
REACH = Choice(name="reach", label="改哪几次", options=Reach, default=Reach.ONE)
"""How far a change of one booking of a series reaches; it means nothing for one that stands alone."""
CHANGED_BOOKING = Body("ChangedBooking", (*_PLAN, VERSION, REACH), _OBJECTS, _ROWS, EITHER)
MOVE = Body("Move", (*TIME, *plans.MOVE_FIELDS, VERSION), any_of=EITHER)
CANCEL_FIELDS: tuple[Field, ...] = (
    Choice(name="reason", label="取消原因", options=CancelReason, required=True),
    Text(name="words", label="说明", longest=300),
)
CANCEL = Body("Cancellation", (*CANCEL_FIELDS, VERSION, REACH))

SERIES_EXTRAS: tuple[Field, ...] = (Flag(name="dry_run", label="只看不约"),)
_DAY_TIME: tuple[Field, ...] = (Clock(name="starts", label="开始"), Clock(name="ends", label="结束"))
NEW_SERIES = Body(
    "NewSeries",
    (*plans.BOOKING_FIELDS, PARTNERSHIP, *SERIES_EXTRAS),
    {**_OBJECTS, "rule": (*RULE_FIELDS, *_DAY_TIME)},
    {**_ROWS, "decisions": ((*DECISION_FIELDS, *TIME), MOST_OCCURRENCES)},
)
OCCURRENCE_FIELDS: tuple[Field, ...] = (Day(name="day", label="哪一天", required=True), *plans.MOVE_FIELDS)
OCCURRENCE = Body("NewOccurrence", (*OCCURRENCE_FIELDS, *TIME))

FILTERS: tuple[Field, ...] = (
    Moment(name="from", label="从"),
    Moment(name="to", label="到（不含）"),
    PARTNERSHIP,
    Reference(name="region_id", label="地区", table="region"),
    Reference(name="organisation_id", label="单位", table="organisation"),
    Reference(name="resource_id", label="人员、场地、班级、会议账号或器材", table="resource"),
    Choice(name="kind", label="类型", options=BookingKind),
    Choice(name="state", label="状态", options=BookingState),
    Text(name="q", label="课题含有", free=False),
    yes_no("with_cancelled", "含已取消的"),
    *PAGING,
)

SERIES_FILTERS: tuple[Field, ...] = (
    PARTNERSHIP,
    Reference(name="organisation_id", label="单位", table="organisation"),
    Choice(name="stage", label="进行中或已结束", options=Stage),
    Text(name="q", label="课题含有", free=False),
    *PAGING,
)
