"""Buffers: what is held before and after a booking, by its kind and the role in it; defaults and changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.fields import Choice, Cleaner, Field, Whole, clean_fields
from scheduler.domain.holds import Span
from scheduler.domain.plain_rows import read_rows
from scheduler.domain.row_locks import lock_row
from scheduler.errors import Problem
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.models.buffers import Buffer
from scheduler.models.places import Partnership

MOST_MINUTES = 24 * 60
KIND = Choice(name="kind", label="类型", options=BookingKind, required=True)
MARGIN_FIELDS: tuple[Field, ...] = (
    Choice(name="role", label="角色", options=ParticipantRole, required=True),
    Whole(name="before", label="提前分钟", most=MOST_MINUTES),
    Whole(name="after", label="延后分钟", most=MOST_MINUTES),
)
BUFFER_FIELDS: tuple[Field, ...] = (KIND, *(replace(field, required=True) for field in MARGIN_FIELDS))


@dataclass(frozen=True)
class Margin:
    """Minutes before and after."""

    before: int = 0
    after: int = 0


Margins = Mapping[ParticipantRole, Margin]
NONE = Margin()

_ON_THE_WAY = (
    ParticipantRole.LEAD,
    ParticipantRole.EDUCATOR,
    ParticipantRole.HOST,
    ParticipantRole.TECHNICIAN,
    ParticipantRole.RESEARCHER,
    ParticipantRole.CONTACT,
    ParticipantRole.ATTENDEE,
)
_TRAVELLERS = dict.fromkeys(_ON_THE_WAY, Margin(30, 30))
DEFAULTS: Mapping[BookingKind, Margins] = {
    # The line is tested again half an hour before. Nothing after: joint research may follow at once.
    BookingKind.LESSON: {
        ParticipantRole.LEAD: Margin(15),
        ParticipantRole.EDUCATOR: Margin(15),
        ParticipantRole.HOST: Margin(15),
        ParticipantRole.ASSISTANT: Margin(10),
        ParticipantRole.TECHNICIAN: Margin(30),
        ParticipantRole.ROOM: Margin(30),
        ParticipantRole.ACCOUNT: Margin(30),
        ParticipantRole.KIT: Margin(30, 30),
    },
    BookingKind.VISIT: _TRAVELLERS,
    BookingKind.TRAINING: {**_TRAVELLERS, ParticipantRole.ROOM: Margin(15)},
    BookingKind.INTERVIEW: _TRAVELLERS,
}
"""What holds until a partnership sets something else; what is not named here has none."""


_CHOSEN = select(Buffer.role, Buffer.before, Buffer.after).where(
    Buffer.partnership_id == bindparam("partnership_id"), Buffer.kind == bindparam("kind")
)


def default_margin(kind: BookingKind, role: ParticipantRole) -> Margin:
    """What holds where nothing is set."""
    return DEFAULTS.get(kind, {}).get(role, NONE)


def load_margins(session: Session, partnership_id: int, kind: BookingKind) -> dict[ParticipantRole, Margin]:
    """role → margin of this kind of booking: what is set, else the default."""
    rows = read_rows(session, _CHOSEN, {"partnership_id": partnership_id, "kind": kind})
    margins = {role: default_margin(kind, role) for role in ParticipantRole}
    return margins | {role: Margin(before, after) for role, before, after in rows}


def load_all_margins(
    session: Session, partnership_id: int
) -> dict[BookingKind, dict[ParticipantRole, Margin]]:
    """kind → role → margin, as ``load_margins`` says of each kind; one query."""
    chosen = chosen_margins(session, partnership_id)
    return {
        kind: {role: default_margin(kind, role) for role in ParticipantRole} | chosen.get(kind, {})
        for kind in BookingKind
    }


def chosen_margins(session: Session, partnership_id: int) -> dict[BookingKind, dict[ParticipantRole, Margin]]:
    """kind → role → margin, of all that the partnership has set; what is not there has its default."""
    rows = session.execute(
        select(Buffer.kind, Buffer.role, Buffer.before, Buffer.after).where(
            Buffer.partnership_id == partnership_id
        )
    )
    chosen: dict[BookingKind, dict[ParticipantRole, Margin]] = {}
    for kind, role, before, after in rows:
        chosen.setdefault(kind, {})[role] = Margin(before, after)
    return chosen


def held_spans(span: Span, parts: Iterable[tuple[int, ParticipantRole]], margins: Margins) -> dict[int, Span]:
    """Resource id → how long a booking of ``span`` holds it, given (resource id, role) of its parts."""
    return {resource_id: widened(span, margins.get(role, NONE)) for resource_id, role in parts}


def widened(span: Span, margin: Margin) -> Span:
    """The span with its margin."""
    return Span(
        span.starts_at - timedelta(minutes=margin.before), span.ends_at + timedelta(minutes=margin.after)
    )


def set_buffer(session: Session, raw: Mapping[str, Any], *, partnership_id: int, act: Act) -> Buffer:
    """Set the minutes of one kind and role. Raises Invalid.

    Bookings that stand keep what they hold until their time, kind or company changes.
    """
    values = clean_fields(BUFFER_FIELDS, raw, strict=True)
    margin = Margin(values["before"], values["after"])
    _put(session, values["kind"], {values["role"]: margin}, partnership_id=partnership_id, act=act)
    return session.get_one(Buffer, (partnership_id, values["kind"], values["role"]))


def set_buffers(session: Session, raw: Mapping[str, Any], *, partnership_id: int, act: Act) -> BookingKind:
    """Set the minutes of several roles of one kind: ``margins`` are rows {role, before, after}.

    A row without minutes goes back to the default; a role without a row stays as it is. Answers the kind.
    Raises Invalid.
    """
    cleaner = Cleaner(raw)
    cleaner.refuse_others((KIND.name, "margins"))
    kind = cleaner.take(KIND)
    rows = cleaner.rows("margins", MARGIN_FIELDS, most=len(ParticipantRole))
    if not cleaner.problems:
        cleaner.problems += _check_margins(rows)
    cleaner.done()
    margins = {
        row["role"]: None if row["before"] is None else Margin(row["before"], row["after"]) for row in rows
    }
    _put(session, kind, margins, partnership_id=partnership_id, act=act)
    return BookingKind(kind)


def reset_buffer(
    session: Session, *, partnership_id: int, kind: BookingKind, role: ParticipantRole, act: Act
) -> None:
    """Let the default hold again for one kind and role."""
    _put(session, kind, {role: None}, partnership_id=partnership_id, act=act)


def _check_margins(rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Both minutes or none, each role once."""
    seen: set[ParticipantRole] = set()
    for index, row in enumerate(rows):
        for name, other in (("before", "after"), ("after", "before")):
            if row[name] is None and row[other] is not None:
                yield Problem(f"margins.{index}.{name}", "field.required")
        if row["role"] in seen:
            yield Problem(f"margins.{index}.role", "buffers.role_twice", {"role": row["role"]})
        seen.add(row["role"])


def _put(
    session: Session,
    kind: BookingKind,
    margins: Mapping[ParticipantRole, Margin | None],
    *,
    partnership_id: int,
    act: Act,
) -> None:
    """Write what differs from what is set; None: the default. The log tells it in one entry."""
    lock_row(session, Partnership, partnership_id)
    query = select(Buffer).where(Buffer.partnership_id == partnership_id, Buffer.kind == kind)
    known = {row.role: row for row in session.scalars(query.execution_options(populate_existing=True))}
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for role, margin in margins.items():
        row = known.get(role)
        if margin == (Margin(row.before, row.after) if row else None):
            continue
        if row is not None:
            before[f"{kind.value}.{role.value}"] = f"{row.before}+{row.after}"
        if margin is not None:
            after[f"{kind.value}.{role.value}"] = f"{margin.before}+{margin.after}"
        _write(session, row, Buffer(partnership_id=partnership_id, kind=kind, role=role), margin)
    if before or after:
        session.flush()
        _note(session, before, after, partnership_id=partnership_id, act=act)


def _write(session: Session, row: Buffer | None, new: Buffer, margin: Margin | None) -> None:
    if margin is None:
        session.delete(row)
        return
    if row is None:
        row = new
        session.add(row)
    row.before, row.after = margin.before, margin.after


def _note(
    session: Session, before: Mapping[str, str], after: Mapping[str, str], *, partnership_id: int, act: Act
) -> None:
    audit.note(
        session,
        act=act,
        verb="set_buffer",
        subject="partnership",
        subject_id=partnership_id,
        partnership_id=partnership_id,
        before=before,
        after=after,
    )
    session.flush()
