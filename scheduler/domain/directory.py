"""The directory's verbs: create, change, retire, restore a row of any shelf."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from scheduler.domain import access, audit
from scheduler.domain.access import Viewer
from scheduler.domain.act import Act
from scheduler.domain.capacity import set_capacity
from scheduler.domain.fields import Bad, Day, clean_fields, is_row_id
from scheduler.domain.shelves import PARENTS, Shelf
from scheduler.domain.text_fields import Text
from scheduler.domain.time_fields import Moment
from scheduler.domain.turns import lock_bookings
from scheduler.domain.versions import require_version
from scheduler.errors import Invalid, NotFound, Problem, StaleEdit
from scheduler.models.bookings import Booking, Participation, Site
from scheduler.models.feeds import FeedFragment
from scheduler.models.places import FormerName, Organisation, Partnership, Region
from scheduler.models.resources import Resource

DEFAULTS = {"zone": "Asia/Shanghai", "capacity": 1}
"""What stands for a value that is not given; other columns can be empty."""
FORMER_NAME_FIELDS = (
    Text(name="name", label="曾用名", required=True),
    Day(name="until", label="用到哪一天（不含）", required=True),
)


def get_entry(session: Session, shelf: Shelf, entry_id: int) -> Any:
    """The row, or NotFound."""
    entry = session.get(shelf.model, entry_id) if is_row_id(entry_id) else None
    if entry is None:
        raise NotFound("directory.not_found")
    return entry


def parent_of(session: Session, shelf: Shelf, parent_id: int) -> Any:
    """The row that new rows of the shelf belong to; Invalid at its field when it is unknown or retired."""
    if not shelf.parent:
        return None
    parent: Any = session.get(PARENTS[shelf.parent], parent_id)
    if parent is None:
        raise Invalid([Problem(shelf.parent, "reference.unknown")])
    if parent.retired_at:
        raise Invalid([Problem(shelf.parent, "reference.retired", {"name": parent.name})])
    return parent


def zone_of(parent: Any) -> str:
    """The zone in whose wall-clock time the rows below an organisation are typed."""
    return str(parent.region.zone)


def partnership_of(entry: Any) -> int:
    """The partnership a row belongs to; its own id for a partnership."""
    return entry.id if isinstance(entry, Partnership) else int(entry.partnership_id)


def create_entry(session: Session, shelf: Shelf, raw: Mapping[str, Any], *, viewer: Viewer, act: Act) -> Any:
    """Add a row. Raises Invalid, Forbidden, or NotFound for a parent outside the viewer's sight."""
    values = clean_fields(shelf.fields, raw, strict=True)
    parent = parent_of(session, shelf, values[shelf.parent]) if shelf.parent else None
    if parent is not None and not access.can_see_partnership(viewer, partnership_of(parent)):
        raise Invalid([Problem(shelf.parent, "reference.unknown")])
    access.require(shelf.may_edit(viewer, parent))
    entry: Any = shelf.model()
    values = _settled(session, shelf, entry, values, parent)
    if parent is not None and shelf.model is not Region:
        entry.partnership_id = partnership_of(parent)
    _store(session, shelf, entry, values, written=values)
    if isinstance(entry, Resource):
        set_capacity(session, entry, entry.capacity, at=act.at)
    _note(session, shelf, entry, act=act, verb="create", before={})
    if shelf.made is not None:
        shelf.made(session, entry, act)
    return entry


def change_entry(
    session: Session, shelf: Shelf, entry: Any, raw: Mapping[str, Any], *, version: int, act: Act
) -> Any:
    """Change a row; where it belongs stays. Raises Invalid or StaleEdit.

    Bookings that show it are marked revised, so that feeds tell the new name.
    """
    raw = {**raw, shelf.parent: getattr(entry, shelf.parent)} if shelf.parent else raw
    values = clean_fields(shelf.fields, raw, strict=True)
    require_version(entry.version, version, title=entry.name)
    parent = session.get(PARENTS[shelf.parent], values[shelf.parent]) if shelf.parent else None
    values = _settled(session, shelf, entry, values, parent)
    before = entry_facts(shelf, entry)
    if (showing := _showing(entry)) is not None:
        # Whoever changes a booking holds its row, and then wants what takes part in it.
        lock_bookings(session, showing)
    _store(session, shelf, entry, values, written=values, version=version)
    if isinstance(entry, Resource):
        set_capacity(session, entry, entry.capacity, at=act.at)
    if entry_facts(shelf, entry) != before:
        revise_bookings_with(session, entry, act=act)
        _note(session, shelf, entry, act=act, verb="change", before=before)
    return entry


def retire_entry(session: Session, shelf: Shelf, entry: Any, *, version: int, act: Act) -> Any:
    """Take a row out of every choice; what already has it keeps it. Undone by ``restore_entry``."""
    return _set_retired(session, shelf, entry, act.at, version=version, act=act, verb="retire")


def restore_entry(session: Session, shelf: Shelf, entry: Any, *, version: int, act: Act) -> Any:
    """Bring a retired row back. Raises Invalid when its place was taken meanwhile."""
    _require_fit(session, shelf, entry, entry_facts(shelf, entry))
    return _set_retired(session, shelf, entry, None, version=version, act=act, verb="restore")


def add_former_name(
    session: Session, organisation: Organisation, raw: Mapping[str, Any], *, act: Act
) -> None:
    """Note the name that an organisation bore until a day (exclusive). Raises Invalid."""
    values = clean_fields(FORMER_NAME_FIELDS, raw, strict=True)
    until: date = values["until"]
    if any(former.until == until for former in organisation.former_names):
        raise Invalid([Problem("until", "former_name.taken", {"until": until})])
    organisation.former_names.append(FormerName(**values))
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid([Problem("until", "former_name.taken", {"until": until})]) from error
    session.expire(organisation, ["former_names"])
    _note_former_name(session, organisation, act=act, verb="add_name", before={}, after=values)


def remove_former_name(session: Session, organisation: Organisation, former_id: int, *, act: Act) -> None:
    """Take back a former name that was entered by mistake. Raises NotFound."""
    former = next((former for former in organisation.former_names if former.id == former_id), None)
    if former is None:
        raise NotFound("directory.not_found")
    before = {"name": former.name, "until": former.until}
    organisation.former_names.remove(former)
    _note_former_name(session, organisation, act=act, verb="remove_name", before=before, after={})


def entry_facts(shelf: Shelf, entry: Any) -> dict[str, Any]:
    """The row's fields as plain values."""
    values = {field.name: getattr(entry, field.name) for field in shelf.fields}
    return {**values, "retired": entry.retired_at is not None}


def revise_bookings_with(session: Session, entry: Any, *, act: Act) -> None:
    """Bookings that show this row read differently now: drop their kept calendar text, move their stamp."""
    showing = _showing(entry)
    if showing is None:
        return
    lock_bookings(session, showing)
    session.execute(delete(FeedFragment).where(FeedFragment.booking_id.in_(showing)))
    session.execute(update(Booking).where(Booking.id.in_(showing)).values(revised_at=act.at))


def _showing(entry: Any) -> Select[int] | None:
    """Ids of the bookings that show this row; None where none can."""
    if isinstance(entry, Resource):
        return select(Participation.booking_id).where(Participation.resource_id == entry.id)
    if isinstance(entry, Organisation):
        return select(Site.booking_id).where(Site.organisation_id == entry.id)
    return None


def _settled(
    session: Session, shelf: Shelf, entry: Any, values: Mapping[str, Any], parent: Any
) -> dict[str, Any]:
    """The values with moments made instants of the place's clocks, as far as they fit beside other rows."""
    settled, problems = dict(values), []
    for field in shelf.fields:
        if isinstance(field, Moment) and values[field.name] is not None:
            try:
                settled[field.name] = field.instant(values[field.name], zone=zone_of(parent))
            except Bad as bad:
                problems.append(Problem(field.name, bad.code, bad.facts))
    if problems:
        raise Invalid(problems)
    _require_fit(session, shelf, entry, settled)
    return settled


def _require_fit(session: Session, shelf: Shelf, entry: Any, values: Mapping[str, Any]) -> None:
    """Raise Invalid when the shelf's rule objects. Who else writes below the same parent waits meanwhile."""
    if shelf.check is None:
        return
    lock_parent(session, shelf, values[shelf.parent])
    problems = list(shelf.check(session, entry, values))
    if problems:
        raise Invalid(problems)


def lock_parent(session: Session, shelf: Shelf, parent_id: int) -> None:
    """Let no other rule of the rows below this parent be looked up before this transaction has ended.

    References to the parent from other tables are let through (PostgreSQL: FOR NO KEY UPDATE).
    """
    model = PARENTS[shelf.parent]
    session.execute(select(model.id).where(model.id == parent_id).with_for_update(key_share=True))


def _write(entry: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, tuple):
            setattr(entry, name, ",".join(value))
        elif value in (None, "") and name in DEFAULTS:
            setattr(entry, name, DEFAULTS[name])
        else:
            setattr(entry, name, value)


def _store(
    session: Session,
    shelf: Shelf,
    entry: Any,
    values: Mapping[str, Any],
    *,
    written: Mapping[str, Any],
    version: int = 0,
) -> None:
    """Write ``written`` of the row that is to have ``values``. Raises Invalid or StaleEdit.

    Who else was quicker than our look is met by the database's guard, and told as the look would have.
    """
    try:
        with session.begin_nested():
            _write(entry, written)
            session.add(entry)
            session.flush()
    except StaleDataError as error:
        raise StaleEdit(current=version + 1, given=version, title=values["name"]) from error
    except IntegrityError as error:
        _require_fit(session, shelf, entry, values)
        if "unique" not in str(error.orig).lower():
            raise
        name, code = shelf.taken
        raise Invalid([Problem(name, code, {name: values[name]})]) from error


def _set_retired(
    session: Session, shelf: Shelf, entry: Any, at: Any, *, version: int, act: Act, verb: str
) -> Any:
    require_version(entry.version, version, title=entry.name)
    before = entry_facts(shelf, entry)
    _store(session, shelf, entry, before, written={"retired_at": at}, version=version)
    _note(session, shelf, entry, act=act, verb=verb, before=before)
    return entry


def _note(
    session: Session, shelf: Shelf, entry: Any, *, act: Act, verb: str, before: Mapping[str, Any]
) -> None:
    audit.note(
        session,
        act=act,
        verb=verb,
        subject=shelf.model.__tablename__,
        subject_id=entry.id,
        partnership_id=partnership_of(entry),
        before=before,
        after=entry_facts(shelf, entry),
    )
    session.flush()


def _note_former_name(
    session: Session,
    organisation: Organisation,
    *,
    act: Act,
    verb: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    revise_bookings_with(session, organisation, act=act)
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="organisation",
        subject_id=organisation.id,
        partnership_id=organisation.partnership_id,
        before=before,
        after=after,
    )
    session.flush()
