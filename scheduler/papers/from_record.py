"""From a booking and its record to the content of the paper: everything was entered once already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scheduler.models import records
from scheduler.models.bookings import (
    Booking,
    CourseType,
    ParticipantRole,
    Participation,
    Side,
    Site,
    Subject,
)
from scheduler.models.places import Organisation
from scheduler.models.records import Attendance, Record, RecordState
from scheduler.models.resources import Grade, MeetingAccount, SchoolClass
from scheduler.papers import labels
from scheduler.papers.content import (
    ClassRow,
    Incident,
    LessonRecordPaper,
    LinkTest,
    Place,
    Question,
    Segment,
)
from scheduler.wording import label

LANGUAGE = "zh"
"""Papers go to Chinese offices."""


def lesson_record_paper(
    booking: Booking, record: Record | None, *, zone: str, number: str = ""
) -> LessonRecordPaper:
    """The paper of a booking, with times in ``zone`` and organisations named as they were on its day.

    Without a record it is the form to fill in by hand, with what was booked already in it. A subject or
    type of lesson that nobody chose stays a blank cell.
    """
    told = _Booked(booking, zone)
    account = told.account()
    blank = LessonRecordPaper(
        number=number,
        partnership=booking.partnership.name,
        title=booking.title,
        subject="" if booking.subject is Subject.OTHER else label(LANGUAGE, booking.subject),
        grade=told.grades(),
        lesson_type="" if booking.course_type is CourseType.OTHER else label(LANGUAGE, booking.course_type),
        host=labels.LIST_MARK.join(told.names(told.sites(Side.HOST))),
        date=told.day,
        starts=told.local(booking.starts_at),
        ends=told.local(booking.ends_at),
        places=tuple(told.places()),
        classes=tuple(told.classes()),
        lead_teacher=labels.LIST_MARK.join(told.people(ParticipantRole.LEAD)),
        educators=tuple(told.people(ParticipantRole.EDUCATOR)),
        platform=label(LANGUAGE, account.platform) if account else "",
        meeting_number=booking.meeting_number or (account.meeting_number if account else ""),
        segments=tuple(Segment(label(LANGUAGE, s.kind), s.minutes) for s in booking.segments),
        stamping_schools=tuple(dict.fromkeys(told.names(booking.sites))),
    )
    return blank if record is None else _with_record(blank, told, record)


def _with_record(blank: LessonRecordPaper, told: _Booked, record: Record) -> LessonRecordPaper:
    minutes = {row.segment_id: row.minutes for row in record.segment_minutes}
    filed = record.state is RecordState.FILED
    return replace(
        blank,
        state="" if filed else labels.DRAFT,
        actual_starts=told.local(record.actual_starts_at),
        actual_ends=told.local(record.actual_ends_at),
        classes=tuple(told.classes({row.class_id: row for row in record.attendances})),
        link_test=_link_test(record, told, filed=filed),
        equipment=record.equipment,
        segments=tuple(
            replace(segment, actual_minutes=minutes.get(row.id))
            for segment, row in zip(blank.segments, told.booking.segments, strict=True)
        ),
        questions=_questions(record, filed=filed),
        questions_asked=record.questions_asked,
        works_count=record.works,
        incidents=_incidents(record, filed=filed),
        effect=record.effect,
        reflection=record.reflection,
    )


def _link_test(record: Record, told: _Booked, *, filed: bool) -> LinkTest:
    known = filed or record.link_test is not records.LinkTest.NOT_DONE
    result = label(LANGUAGE, record.link_test) if known else ""
    return LinkTest(told.local(record.link_tested_at), result)


def _questions(record: Record, *, filed: bool) -> tuple[Question, ...] | None:
    """None, and so blank rows, as long as questions may still have to be written down."""
    if not record.questions and (record.questions_asked or not filed):
        return None
    return tuple(
        Question(order, row.school_class.name if row.school_class else "", row.question, row.answer)
        for order, row in enumerate(record.questions, start=1)
    )


def _incidents(record: Record, *, filed: bool) -> tuple[Incident, ...] | None:
    if not record.incidents and not filed:
        return None
    return tuple(
        Incident(f"{label(LANGUAGE, row.kind)}：{row.what}", row.handling, row.minutes_lost)
        for row in record.incidents
    )


class _Booked:
    """What was booked, in the names of its day and the times of one zone."""

    def __init__(self, booking: Booking, zone: str) -> None:
        self.booking = booking
        self._zone = ZoneInfo(zone)
        self.day: date = booking.starts_at.astimezone(self._zone).date()

    def local(self, instant: datetime | None) -> datetime | None:
        return None if instant is None else instant.astimezone(self._zone)

    def name(self, organisation: Organisation) -> str:
        return organisation.name_at(self.day)

    def names(self, sites: Iterable[Site]) -> list[str]:
        return [self.name(site.organisation) for site in sites]

    def sites(self, side: Side) -> list[Site]:
        return [site for site in self.booking.sites if site.side is side]

    def parts(self, role: ParticipantRole, site: Site | None = None) -> list[Participation]:
        return [
            part
            for part in self.booking.participations
            if part.role is role and (site is None or part.site_id == site.id)
        ]

    def people(self, role: ParticipantRole, site: Site | None = None) -> list[str]:
        return [part.resource.name for part in self.parts(role, site)]

    def account(self) -> MeetingAccount | None:
        accounts = (part.resource for part in self.parts(ParticipantRole.ACCOUNT))
        return next((account for account in accounts if isinstance(account, MeetingAccount)), None)

    def grades(self) -> str:
        classes = (part.resource for part in self.parts(ParticipantRole.CLASS))
        grades = {row.grade for row in classes if isinstance(row, SchoolClass)}
        return labels.LIST_MARK.join(label(LANGUAGE, grade) for grade in Grade if grade in grades)

    def places(self) -> Iterable[Place]:
        for site in self.booking.sites:
            end = labels.HOST_END if site.side is Side.HOST else labels.RECEIVING_END
            rooms = labels.LIST_MARK.join(self.people(ParticipantRole.ROOM, site))
            yield Place(end, " ".join(filter(None, (self.name(site.organisation), rooms))))

    def classes(self, counted: Mapping[int, Attendance] | None = None) -> Iterable[ClassRow]:
        """A row for each receiving class; one for a receiving site that brought none."""
        for site in self.sites(Side.RECEIVING):
            school = self.name(site.organisation)
            assistant = labels.LIST_MARK.join(self.people(ParticipantRole.ASSISTANT, site))
            rows = [part.resource for part in self.parts(ParticipantRole.CLASS, site)]
            for row in rows:
                attendance = (counted or {}).get(row.id)
                head_count = row.head_count if isinstance(row, SchoolClass) else None
                yield ClassRow(
                    school,
                    row.name,
                    attendance.expected if attendance else head_count,
                    attendance.present if attendance else None,
                    assistant,
                )
            if not rows:
                yield ClassRow(school, "", assistant=assistant)
