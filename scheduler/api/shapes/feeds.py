"""Subscriptions."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from scheduler.api.shapes.values import Moment
from scheduler.models.feeds import FeedDetail, FeedScope


class FeedShape(TypedDict):
    """A subscription of the caller's own."""

    id: int
    name: str
    scope: FeedScope
    partnership_id: int
    organisation_id: int | None
    person_id: int | None
    detail: FeedDetail
    language: str
    alarm_minutes: int | None
    created_at: Moment
    replaced_at: Moment | None
    url: NotRequired[Annotated[str, "The secret address: told once, when it is made, and not kept."]]
    webcal: NotRequired[Annotated[str, "The same address for calendars that subscribe by webcal:."]]


class FeedsShape(TypedDict):
    """The caller's live feeds, newest first."""

    items: list[FeedShape]
