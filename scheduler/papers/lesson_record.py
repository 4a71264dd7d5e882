"""远程互动教学活动记录: what happened in one remote lesson, laid out to be signed, stamped and filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scheduler.papers import dates, labels, styles
from scheduler.papers.content import ClassRow, LessonRecordPaper
from scheduler.papers.layout import (
    Column,
    Field,
    document,
    footer,
    form,
    header,
    listing,
    paragraph,
    signatures,
    stamps,
)
from scheduler.papers.markup import Xml
from scheduler.papers.package import docx

_BLANK_ROWS = 3

_CLASS_COLUMNS = (
    Column(labels.SCHOOL, 3132, styles.VALUE),
    Column(labels.CLASS, 1700),
    Column(labels.EXPECTED, 1300),
    Column(labels.PRESENT, 1300),
    Column(labels.ASSISTANT, 1640),
)
_SEGMENT_COLUMNS = (
    Column(labels.ORDER, 800),
    Column(labels.SEGMENT, 4072, styles.VALUE),
    Column(labels.PLANNED_MINUTES, 2100),
    Column(labels.ACTUAL_MINUTES, 2100),
)
_QUESTION_COLUMNS = (
    Column(labels.ORDER, 800),
    Column(labels.CLASS, 1700),
    Column(labels.QUESTION, 2900, styles.VALUE),
    Column(labels.ANSWER, 3672, styles.VALUE),
)
_INCIDENT_COLUMNS = (
    Column(labels.INCIDENT, 3400, styles.VALUE),
    Column(labels.HANDLING, 3672, styles.VALUE),
    Column(labels.MINUTES_LOST, 2000),
)


def write_lesson_record(paper: LessonRecordPaper) -> bytes:
    """The record as a .docx; the same paper gives the same bytes."""
    body = document(
        paragraph(labels.LESSON_RECORD, styles.TITLE),
        paragraph(labels.NUMBER + (paper.number or "　　　　　　"), styles.ASIDE),
        *_overview(paper),
        *_classes(paper),
        *_segments(paper),
        *_questions(paper),
        *_incidents(paper),
        *_outcome(paper),
        *_signatures(paper),
        *_stamps(paper),
    )
    return docx(
        document=body,
        header=header(paper.state),
        footer=footer(),
        title=labels.LESSON_RECORD,
        day=paper.date,
    )


def _overview(paper: LessonRecordPaper) -> Iterable[Xml]:
    yield paragraph(labels.OVERVIEW, styles.SECTION)
    yield form(
        [Field(labels.PROJECT, paper.project_name)],
        [Field(labels.TITLE, paper.title)],
        [Field(labels.SUBJECT, paper.subject), Field(labels.GRADE, paper.grade)],
        [Field(labels.LESSON_TYPE, paper.lesson_type), Field(labels.PARTNERSHIP, paper.partnership)],
        [Field(labels.ORGANISERS, _names(paper.organisers))],
        [
            Field(labels.CO_ORGANISERS, _names(paper.co_organisers)),
            Field(labels.SUPPORTERS, _names(paper.supporters)),
        ],
        *_time_and_place(paper),
        [Field(labels.LEAD_TEACHER, paper.lead_teacher), Field(labels.EDUCATORS, _names(paper.educators))],
        [Field(labels.PLATFORM, paper.platform), Field(labels.MEETING_NUMBER, paper.meeting_number)],
        [
            Field(labels.LINK_TEST_TIME, dates.moment(paper.link_test.at)),
            Field(labels.LINK_TEST_RESULT, paper.link_test.result),
        ],
        [Field(labels.EQUIPMENT, paper.equipment)],
    )


def _time_and_place(paper: LessonRecordPaper) -> Iterable[Sequence[Field]]:
    planned = dates.span(paper.starts, paper.ends, on=paper.date)
    actual = dates.span(paper.actual_starts, paper.actual_ends, on=paper.date)
    yield [Field(labels.DATE, dates.day(paper.date)), Field(labels.HOST, paper.host)]
    yield [Field(labels.PLANNED_TIME, planned), Field(labels.ACTUAL_TIME, actual)]
    yield [Field(labels.PLACES, "\n".join(f"{place.end}：{place.name}" for place in paper.places))]


def _classes(paper: LessonRecordPaper) -> Iterable[Xml]:
    rows = [
        (row.school, row.class_name, _number(row.expected), _number(row.present), row.assistant)
        for row in paper.classes
    ]
    expected = _sum(row.expected for row in paper.classes)
    present = _sum(row.present for row in paper.classes)
    yield paragraph(labels.CLASSES, styles.SECTION)
    yield listing(
        _CLASS_COLUMNS, [*(rows or _blank(_CLASS_COLUMNS)), (labels.TOTAL, "", expected, present, "")]
    )


def _segments(paper: LessonRecordPaper) -> Iterable[Xml]:
    rows = [
        (str(order), row.name, _number(row.planned_minutes), _number(row.actual_minutes))
        for order, row in enumerate(paper.segments, start=1)
    ]
    planned = _sum(row.planned_minutes for row in paper.segments)
    actual = _sum(row.actual_minutes for row in paper.segments)
    yield paragraph(labels.SEGMENTS, styles.SECTION)
    yield listing(
        _SEGMENT_COLUMNS, [*(rows or _blank(_SEGMENT_COLUMNS)), ("", labels.TOTAL, planned, actual)]
    )


def _questions(paper: LessonRecordPaper) -> Iterable[Xml]:
    listed = None if paper.questions is None else len(paper.questions)
    asked = listed if paper.questions_asked is None else paper.questions_asked
    count = "　　" if asked is None else f" {asked} "
    yield paragraph(f"{labels.QUESTIONS}（{labels.QUESTION_COUNT.format(count=count)}）", styles.SECTION)
    rows = [(str(row.number), row.class_name, row.question, row.answer) for row in paper.questions or ()]
    yield listing(_QUESTION_COLUMNS, rows or _empty(_QUESTION_COLUMNS, recorded=paper.questions is not None))


def _incidents(paper: LessonRecordPaper) -> Iterable[Xml]:
    rows = [(row.what, row.handling, _number(row.minutes_lost)) for row in paper.incidents or ()]
    yield paragraph(labels.INCIDENTS, styles.SECTION)
    yield listing(_INCIDENT_COLUMNS, rows or _empty(_INCIDENT_COLUMNS, recorded=paper.incidents is not None))


def _outcome(paper: LessonRecordPaper) -> Iterable[Xml]:
    yield paragraph(labels.OUTCOME, styles.SECTION)
    yield form(
        [Field(labels.WORKS_COUNT, _number(paper.works_count))],
        [Field(labels.EFFECT, paper.effect, tall=True)],
        [Field(labels.REFLECTION, paper.reflection, tall=True)],
    )


def _signatures(paper: LessonRecordPaper) -> Iterable[Xml]:
    assistants = [Field(labels.ASSISTANT_SIGNATURE, "", note=_whose(row)) for row in paper.classes]
    yield paragraph(labels.SIGNATURES, styles.SECTION)
    yield signatures(
        [
            Field(labels.LEAD_SIGNATURE, ""),
            *(assistants or [Field(labels.ASSISTANT_SIGNATURE, "")]),
            Field(labels.TECHNICIAN_SIGNATURE, ""),
            Field(labels.REVIEWER_SIGNATURE, ""),
        ]
    )


def _stamps(paper: LessonRecordPaper) -> Iterable[Xml]:
    yield paragraph(labels.STAMPS, styles.SECTION)
    yield stamps(paper.stamping_schools or ("",), labels.STAMP)


def _whose(row: ClassRow) -> str:
    return "\n".join(word for word in (row.school, row.class_name) if word)


def _names(values: Sequence[str]) -> str:
    return labels.LIST_MARK.join(values)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _sum(values: Iterable[int | None]) -> str:
    """The sum, or a blank while any part of it is unknown: a partial sum would pass for the whole."""
    known = list(values)
    return str(sum(value for value in known if value is not None)) if known and None not in known else ""


def _blank(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    return [("",) * len(columns)] * _BLANK_ROWS


def _empty(columns: Sequence[Column], *, recorded: bool) -> list[tuple[str, ...]]:
    return [(labels.NONE, *[""] * (len(columns) - 1))] if recorded else _blank(columns)
