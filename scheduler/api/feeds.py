"""The caller's subscriptions: list, make, replace, revoke. The secret address is told once and not kept."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.api.bearer import act, viewer
from scheduler.api.bodies import json_object, refuse_unknown
from scheduler.api.once import Answer, changed
from scheduler.api.operations import Body, Operation, operation
from scheduler.api.shapes.feeds import FeedShape, FeedsShape
from scheduler.api.shapes.values import maybe_moment, moment
from scheduler.domain import subscriptions
from scheduler.models.feeds import Feed

NOTHING = Body("Nothing")


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    for rule, view, method in (
        ("/feeds", list_feeds, "GET"),
        ("/feeds", create_feed, "POST"),
        ("/feeds/<row:feed_id>/replace", replace_feed, "POST"),
        ("/feeds/<row:feed_id>", revoke_feed, "DELETE"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])


@operation(Operation(summary="列出订阅", tag="feeds", answers={200: FeedsShape}))
def list_feeds() -> ResponseReturnValue:
    """The caller's own live feeds, newest first, without their addresses: those are not kept."""
    with edge.read() as session:
        return {"items": [show_feed(feed) for feed in session.scalars(subscriptions.own_feeds(viewer()))]}


@operation(
    Operation(
        summary="新建一个订阅",
        tag="feeds",
        body=Body("NewFeed", subscriptions.FEED_FIELDS),
        answers={201: FeedShape},
    )
)
def create_feed() -> ResponseReturnValue:
    """Make a calendar address over a person, an organisation or a partnership.

    ``url`` and ``webcal`` are told in this answer only. A repeat under the same Idempotency-Key is
    answered without them: replace the feed when the first answer was lost.
    """
    raw = json_object()

    def work(session: Session) -> Answer:
        feed, token = subscriptions.create_feed(session, raw, viewer=viewer(), act=act())
        return Answer(dict(show_feed(feed)), 201, secret=addresses(token))

    return changed(work)


@operation(Operation(summary="更换订阅链接", tag="feeds", body=NOTHING, answers={200: FeedShape}))
def replace_feed(feed_id: int) -> ResponseReturnValue:
    """Give the feed a new address; the old one is dead at once. Told once, as when it is made."""
    raw = json_object()
    refuse_unknown(raw)

    def work(session: Session) -> Answer:
        feed = subscriptions.get_own_feed(session, feed_id, viewer=viewer())
        token = subscriptions.replace_feed(session, feed, act=act())
        return Answer(dict(show_feed(feed)), secret=addresses(token))

    return changed(work)


@operation(Operation(summary="停用一个订阅", tag="feeds", answers={204: None}))
def revoke_feed(feed_id: int) -> ResponseReturnValue:
    """End the feed at once."""

    def work(session: Session) -> Answer:
        feed = subscriptions.get_own_feed(session, feed_id, viewer=viewer())
        subscriptions.revoke_feed(session, feed, act=act())
        return Answer(None, 204)

    return changed(work)


def show_feed(feed: Feed) -> FeedShape:
    """The feed without its address."""
    return {
        "id": feed.id,
        "name": feed.name,
        "scope": feed.scope,
        "partnership_id": feed.partnership_id,
        "organisation_id": feed.organisation_id,
        "person_id": feed.person_id,
        "detail": feed.detail,
        "language": feed.language,
        "alarm_minutes": feed.alarm_minutes,
        "created_at": moment(feed.created_at),
        "replaced_at": maybe_moment(feed.replaced_at),
    }


def addresses(token: str) -> dict[str, str]:
    """The feed's address, for reading and for subscribing."""
    url = f"{edge.settings().base_url}/feeds/{token}.ics"
    return {"url": url, "webcal": f"webcal://{url.split('://', 1)[-1]}"}
