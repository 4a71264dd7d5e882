"""The directory: one set of routes for every shelf, as the shelf's own fields say."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bearer import act, viewer
from scheduler.api.bodies import json_object, refuse_unknown
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Body, Entry, Listed, Operation, operation
from scheduler.api.questions import PAGING, asked, listed, yes_no
from scheduler.api.show_entry import raw_of_entry, show_entry
from scheduler.api.versions import VERSION, VERSION_BODY, etag, showing_current, take_version
from scheduler.domain import access, directory, queries
from scheduler.domain.fields import Field, Reference
from scheduler.domain.shelves import Shelf
from scheduler.domain.text_fields import Text
from scheduler.errors import Invalid, Problem

FILTERS: tuple[Field, ...] = (
    Text(name="q", label="名称含有", free=False),
    Reference(name="partnership_id", label="对口协作", table="partnership"),
    Reference(name="organisation_id", label="所属单位", table="organisation"),
    Reference(name="region_id", label="地区", table="region"),
    yes_no("retired", "已停用的"),
    *PAGING,
)


def entry_body(shelf: Shelf) -> Body:
    """What makes a row."""
    return Body(f"New{shelf.model.__name__}", shelf.fields)


def changes_body(shelf: Shelf) -> Body:
    """What changes a row: any of its fields, and the version that was read."""
    optional = (dataclasses.replace(wanted, required=False) for wanted in shelf.fields)
    return Body(f"{shelf.model.__name__}Changes", (*optional, VERSION))


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    for rule, view, method in (
        ("/<shelf:shelf>", list_entries, "GET"),
        ("/<shelf:shelf>", create_entry, "POST"),
        ("/<shelf:shelf>/<row:entry_id>", read_entry, "GET"),
        ("/<shelf:shelf>/<row:entry_id>", change_entry, "PATCH"),
        ("/<shelf:shelf>/<row:entry_id>/retire", retire_entry, "POST"),
        ("/<shelf:shelf>/<row:entry_id>/restore", restore_entry, "POST"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@operation(Operation(summary="列出名录", tag="directory", query=FILTERS, answers={200: Listed(Entry)}))
def list_entries(shelf: Shelf) -> ResponseReturnValue:
    """Rows that the caller may know of: by name, what tells times latest first. Retired ones only when they
    are asked for.
    """
    wanted = asked(FILTERS)
    with edge.read() as session:
        query = queries.entries(
            viewer(),
            shelf,
            words=wanted["q"],
            partnership_id=wanted["partnership_id"],
            organisation_id=wanted["organisation_id"],
            region_id=wanted["region_id"],
            retired=wanted["retired"] == "true",
        )
        return listed(session, query, wanted, lambda entry: _shown(shelf, entry))


@operation(
    Operation(summary="新建一项", tag="directory", body=entry_body, answers={201: Entry}, fails=(403,))
)
def create_entry(shelf: Shelf) -> ResponseReturnValue:
    """Add a row."""
    raw = json_object()

    def work(session: Session) -> Answer:
        entry = directory.create_entry(session, shelf, raw, viewer=viewer(), act=act())
        return _answer(session, shelf, entry, 201)

    return changed(work)


@operation(Operation(summary="读取一项", tag="directory", answers={200: Entry}))
def read_entry(shelf: Shelf, entry_id: int) -> ResponseReturnValue:
    """One row. Phone numbers are masked for callers who may not edit it."""
    with edge.read() as session:
        return _answer(session, shelf, _visible(session, shelf, entry_id), 200).response()


@operation(
    Operation(
        summary="修改一项",
        tag="directory",
        body=changes_body,
        answers={200: Entry},
        fails=(403, 409),
        versioned=True,
    )
)
def change_entry(shelf: Shelf, entry_id: int) -> ResponseReturnValue:
    """Change the fields that are given. Where a row belongs never changes."""
    raw = json_object()

    def work(session: Session) -> Answer:
        entry = _editable(session, shelf, entry_id)
        version = take_version(raw, entry.version)
        _require_same_parent(shelf, entry, raw)
        whole = {**raw_of_entry(shelf, entry), **raw}
        directory.change_entry(session, shelf, entry, whole, version=version, act=act())
        return _answer(session, shelf, entry, 200)

    with showing_current(lambda session: _current(session, shelf, entry_id)):
        return changed(work)


@operation(
    Operation(
        summary="停用一项",
        tag="directory",
        body=VERSION_BODY,
        answers={200: Entry},
        fails=(403, 409),
        versioned=True,
    )
)
def retire_entry(shelf: Shelf, entry_id: int) -> ResponseReturnValue:
    """Take a row out of every choice. What already has it keeps it."""
    return _switch(shelf, entry_id, directory.retire_entry)


@operation(
    Operation(
        summary="恢复一项",
        tag="directory",
        body=VERSION_BODY,
        answers={200: Entry},
        fails=(403, 409),
        versioned=True,
    )
)
def restore_entry(shelf: Shelf, entry_id: int) -> ResponseReturnValue:
    """Bring a retired row back."""
    return _switch(shelf, entry_id, directory.restore_entry)


def _switch(shelf: Shelf, entry_id: int, verb: Any) -> Response:
    raw = json_object()

    def work(session: Session) -> Answer:
        entry = _editable(session, shelf, entry_id)
        version = take_version(raw, entry.version)
        refuse_unknown(raw)
        verb(session, shelf, entry, version=version, act=act())
        return _answer(session, shelf, entry, 200)

    with showing_current(lambda session: _current(session, shelf, entry_id)):
        return changed(work)


def _require_same_parent(shelf: Shelf, entry: Any, raw: dict[str, Any]) -> None:
    if shelf.parent and raw.get(shelf.parent) not in (None, getattr(entry, shelf.parent)):
        raise Invalid([Problem(shelf.parent, "field.fixed")])


def _visible(session: Session, shelf: Shelf, entry_id: int) -> Any:
    entry = directory.get_entry(session, shelf, entry_id)
    access.require(True, visible=access.can_see_partnership(viewer(), directory.partnership_of(entry)))
    return entry


def _editable(session: Session, shelf: Shelf, entry_id: int) -> Any:
    entry = _visible(session, shelf, entry_id)
    access.require(may_edit(shelf, entry))
    return entry


def may_edit(shelf: Shelf, entry: Any) -> bool:
    """Whether the caller may edit this row."""
    return shelf.may_edit(
        viewer(), getattr(entry, shelf.parent.removesuffix("_id")) if shelf.parent else None
    )


def _shown(shelf: Shelf, entry: Any) -> dict[str, Any]:
    return show_entry(shelf, entry, may_edit=may_edit(shelf, entry))


def _current(session: Session, shelf: Shelf, entry_id: int) -> tuple[int, Any]:
    entry = directory.get_entry(session, shelf, entry_id)
    return entry.version, _shown(shelf, entry)


def _answer(session: Session, shelf: Shelf, entry: Any, status: int) -> Answer:
    location = f"/api/v1/{shelf.key}/{entry.id}" if status == 201 else ""
    return Answer(_shown(shelf, entry), status, location, etag(entry.version))
