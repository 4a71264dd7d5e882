"""What a calendar is told of a booking: all of it, all but the passcode, or that time is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from scheduler.feeds.event import CalendarEvent
from scheduler.models.bookings import (
    Booking,
    BookingKind,
    BookingState,
    CourseType,
    ParticipantRole,
    Participation,
    Side,
    Site,
)
from scheduler.models.feeds import FeedDetail
from scheduler.models.places import Organisation
from scheduler.models.resources import MeetingAccount
from scheduler.wording import label, say

DEFAULT_ZONE = "Asia/Shanghai"
COLOURS = {
    BookingKind.LESSON: "royalblue",
    BookingKind.RESEARCH: "rebeccapurple",
    BookingKind.REHEARSAL: "slategray",
    BookingKind.VISIT: "chocolate",
    BookingKind.TRAINING: "olive",
    BookingKind.INTERVIEW: "mediumvioletred",
    BookingKind.TRAVEL: "darkcyan",
}
_THINGS = (ParticipantRole.CLASS, ParticipantRole.ROOM, ParticipantRole.ACCOUNT)


def event_of(booking: Booking, *, detail: FeedDetail, language: str, uid_host: str) -> CalendarEvent:
    """The booking as a calendar may show it. Organisations bear the names of the booking's own day.

    Read with ``queries.whole_booking()`` loaded. Times are in the zone of the host's region.
    """
    shown = detail is not FeedDetail.BUSY
    told = _Told(booking, detail, language)
    return CalendarEvent(
        uid=f"booking-{booking.public_id}@{uid_host}",
        sequence=booking.revision,
        revised_at=booking.revised_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        zone=told.zone,
        summary=told.summary() if shown else "",
        tentative=booking.state is BookingState.REQUESTED,
        cancelled=booking.state is BookingState.CANCELLED,
        description_lines=tuple(told.lines()) if shown else (),
        location=told.location() if shown else "",
        url=told.link() if shown else None,
        color=COLOURS[booking.kind] if shown else "",
        categories=tuple(told.categories()) if shown else (),
    )


class _Told:
    """One booking told in one language, with or without its passcode."""

    def __init__(self, booking: Booking, detail: FeedDetail, language: str) -> None:
        self.booking = booking
        self.language = language
        self.with_passcode = detail is FeedDetail.PERSONAL
        host = next((site for site in booking.sites if site.side is Side.HOST), None)
        self.zone = host.organisation.region.zone if host else DEFAULT_ZONE
        self.day = booking.starts_at.astimezone(ZoneInfo(self.zone)).date()

    def summary(self) -> str:
        return self._line(label(self.language, self.booking.kind), self.booking.title)

    def link(self) -> str | None:
        """The meeting link; one that carries the passcode is for those who may know the passcode."""
        url, passcode = self.booking.join_url, self.booking.passcode
        if not self.with_passcode and passcode and passcode in url:
            return None
        return url or None

    def location(self) -> str:
        """Where people meet; "" when nobody booked a room and there is a link: then that is the place."""
        if self.link() and not self._parts(ParticipantRole.ROOM):
            return ""
        return ("；" if self.language == "zh" else "; ").join(map(self._place, self.booking.sites))

    def categories(self) -> Iterator[str]:
        yield label(self.language, self.booking.kind)
        if self.booking.course_type is not CourseType.OTHER:
            yield label(self.language, self.booking.course_type)

    def lines(self) -> Iterator[str]:
        yield from self._meeting()
        yield from self._people()
        yield from map(self._receiving, self._sites(Side.RECEIVING))
        if self.booking.segments:
            steps = (
                say(
                    self.language,
                    "%(name)s %(minutes)s 分钟",
                    name=label(self.language, segment.kind),
                    minutes=segment.minutes,
                )
                for segment in self.booking.segments
            )
            yield self._line(say(self.language, "环节安排"), " → ".join(steps))
        if self.booking.cancel_reason:
            told = (label(self.language, self.booking.cancel_reason), self.booking.cancel_words)
            yield self._line(say(self.language, "取消原因"), self._list(filter(None, told)))

    def _meeting(self) -> Iterator[str]:
        accounts = [part.resource for part in self._parts(ParticipantRole.ACCOUNT)]
        account = next((resource for resource in accounts if isinstance(resource, MeetingAccount)), None)
        if account:
            yield self._line(say(self.language, "会议平台"), label(self.language, account.platform))
        number = self.booking.meeting_number or (account.meeting_number if account else "")
        if number:
            yield self._line(say(self.language, "会议号"), number)
        if self.with_passcode and self.booking.passcode:
            yield self._line(say(self.language, "入会密码"), self.booking.passcode)

    def _people(self) -> Iterator[str]:
        for role in ParticipantRole:
            names = [part.resource.name for part in self._parts(role)]
            if names and role not in _THINGS and role is not ParticipantRole.ASSISTANT:
                yield self._line(label(self.language, role), self._list(names))

    def _receiving(self, site: Site) -> str:
        classes = [part.resource.name for part in self._parts(ParticipantRole.CLASS, site)]
        told = " ".join([self._name(site.organisation), self._list(classes)]).strip()
        helper = label(self.language, ParticipantRole.ASSISTANT)
        assistants = [part.resource.name for part in self._parts(ParticipantRole.ASSISTANT, site)]
        if assistants:
            told = f"{told} · {self._line(helper, self._list(assistants))}"
        return self._line(label(self.language, site.side), told)

    def _place(self, site: Site) -> str:
        rooms = [part.resource.name for part in self._parts(ParticipantRole.ROOM, site)]
        return " ".join([self._name(site.organisation), self._list(rooms)]).strip()

    def _name(self, organisation: Organisation) -> str:
        name = organisation.name_at(self.day)
        if self.language == "en" and name == organisation.name:
            return organisation.name_en or name
        return name

    def _sites(self, side: Side) -> list[Site]:
        return [site for site in self.booking.sites if site.side is side]

    def _parts(self, role: ParticipantRole, site: Site | None = None) -> list[Participation]:
        return [
            part
            for part in self.booking.participations
            if part.role is role and (site is None or part.site_id == site.id)
        ]

    def _list(self, names: Iterable[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(names)

    def _line(self, name: str, value: str) -> str:
        return f"{name}{'：' if self.language == 'zh' else ': '}{value}"
