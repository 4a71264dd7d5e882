"""Feed subscriptions: create, replace (a new secret), revoke; and which bookings a feed is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from scheduler.domain import access, audit
from scheduler.domain.access import Viewer
from scheduler.domain.act import Act
from scheduler.domain.fields import Choice, Field, Reference, Whole, clean_fields, is_row_id
from scheduler.domain.text_fields import Text
from scheduler.domain.tokens import hash_token, new_token
from scheduler.errors import Invalid, NotFound, Problem
from scheduler.models.bookings import Booking, BookingState, Participation, Site
from scheduler.models.feeds import Feed, FeedAnswer, FeedDetail, FeedScope
from scheduler.models.places import Organisation, Partnership
from scheduler.models.resources import Person, Resource
from scheduler.models.users import Grant, Role, User
from scheduler.wording import LANGUAGES

CANCELLED_AFTER_END = timedelta(days=14)
CANCELLED_AT_LEAST = timedelta(days=30)

FEED_FIELDS: tuple[Field, ...] = (
    Choice(name="scope", label="范围", options=FeedScope, required=True),
    Reference(name="partnership_id", label="对口协作", table="partnership"),
    Reference(name="organisation_id", label="单位", table="organisation"),
    Reference(name="person_id", label="人员", table="person"),
    Choice(name="detail", label="内容", options=FeedDetail),
    Text(name="language", label="语言", longest=8, free=False),
    Whole(name="alarm_minutes", label="提前提醒（分钟）", most=40_320),
)
MODEL = {
    FeedScope.PERSON: Person,
    FeedScope.ORGANISATION: Organisation,
    FeedScope.PARTNERSHIP: Partnership,
}


def create_feed(session: Session, raw: Mapping[str, Any], *, viewer: Viewer, act: Act) -> tuple[Feed, str]:
    """Make a feed of the viewer's own; the token is answered once. Raises Invalid."""
    values = clean_fields(FEED_FIELDS, raw, strict=True)
    scope: FeedScope = values["scope"]
    target = _target(session, scope, values[f"{scope.value}_id"], viewer)
    detail = values["detail"] or (FeedDetail.PERSONAL if scope is FeedScope.PERSON else FeedDetail.SHARED)
    # The passcode of a meeting never goes into a feed that is not one person's own.
    if detail is FeedDetail.PERSONAL and scope is not FeedScope.PERSON:
        raise Invalid([Problem("detail", "feed.not_personal")])
    language = values["language"] or "zh"
    if language not in LANGUAGES:
        raise Invalid([Problem("language", "field.not_an_option")])
    token = new_token()
    feed = Feed(
        token_hash=hash_token(token),
        owner_id=viewer.user_id,
        name=target.name,
        scope=scope,
        partnership_id=_place_of(target)[0],
        person_id=target.id if scope is FeedScope.PERSON else None,
        organisation_id=target.id if scope is FeedScope.ORGANISATION else None,
        detail=detail,
        language=language,
        alarm_minutes=values["alarm_minutes"],
        created_at=act.at,
    )
    session.add(feed)
    session.flush()
    _note(session, feed, act=act, verb="create")
    return feed, token


def replace_feed(session: Session, feed: Feed, *, act: Act) -> str:
    """Give the feed a new token; the old address is dead at once."""
    if feed.revoked_at:
        raise NotFound("feed.not_found")
    token = new_token()
    feed.token_hash, feed.replaced_at = hash_token(token), act.at
    session.flush()
    _note(session, feed, act=act, verb="replace")
    return token


def revoke_feed(session: Session, feed: Feed, *, act: Act) -> None:
    """End the feed at once."""
    if feed.revoked_at is None:
        feed.revoked_at = act.at
        session.execute(delete(FeedAnswer).where(FeedAnswer.feed_id == feed.id))
        session.flush()
        _note(session, feed, act=act, verb="revoke")


def get_own_feed(session: Session, feed_id: int, *, viewer: Viewer) -> Feed:
    """A live feed of the viewer's own, or NotFound."""
    feed = session.get(Feed, feed_id) if is_row_id(feed_id) else None
    if feed is None or feed.owner_id != viewer.user_id or feed.revoked_at:
        raise NotFound("feed.not_found")
    return feed


def own_feeds(viewer: Viewer) -> Select[Feed]:
    """The viewer's live feeds, newest first."""
    return (
        select(Feed)
        .where(Feed.owner_id == viewer.user_id, Feed.revoked_at.is_(None))
        .order_by(Feed.created_at.desc(), Feed.id.desc())
    )


def targets(viewer: Viewer, scope: FeedScope, *, partnership_id: int) -> Select[Any]:
    """What the viewer may make a feed of, by name: people, organisations or the partnership itself."""
    model: Any = MODEL[scope]
    key = Partnership.id if scope is FeedScope.PARTNERSHIP else model.partnership_id
    query = select(model).where(key == partnership_id, model.retired_at.is_(None))
    query = query.order_by(model.name, model.id)
    if scope is FeedScope.PERSON:
        query = query.options(joinedload(Person.organisation))
    if access.can_see_bookings(viewer, partnership_id):
        return query
    if scope is FeedScope.PARTNERSHIP:
        return query.where(false())
    own = Organisation.id if scope is FeedScope.ORGANISATION else Person.organisation_id
    return query.where(own.in_(viewer.managed_ids))


def is_live() -> ColumnElement[bool]:
    """SQL: feeds that are answered, joined with their owner's ``User``.

    A feed dies when it is revoked, when its owner's account is retired, and when the owner has lost the
    access that it was made by.
    """
    return Feed.revoked_at.is_(None) & User.retired_at.is_(None) & _owner_may_see()


def _owner_may_see() -> ColumnElement[bool]:
    """SQL twin of ``_may_feed``."""
    of_person = select(Resource.organisation_id).where(Resource.id == Feed.person_id).correlate(Feed)
    return exists().where(
        Grant.user_id == Feed.owner_id,
        or_(
            Grant.role == Role.ADMINISTRATOR,
            (Grant.partnership_id == Feed.partnership_id)
            & or_(
                Grant.role == Role.COORDINATOR,
                Grant.role == Role.VIEWER,
                Grant.organisation_id == func.coalesce(Feed.organisation_id, of_person.scalar_subquery()),
            ),
        ),
    )


def in_feed(feed: Feed, *, now: datetime, since: datetime, until: datetime) -> ColumnElement[bool]:
    """SQL: bookings of the feed's scope that end after ``since`` and start before ``until``.

    Cancelled ones stay until 14 days after their end, and at least 30 days after cancelling: one that
    vanished at once would stay on some clients, one that stayed for ever would be in the way.
    """
    cancelled_kept = or_(
        Booking.ends_at > now - CANCELLED_AFTER_END, Booking.cancelled_at > now - CANCELLED_AT_LEAST
    )
    return (
        (Booking.partnership_id == feed.partnership_id)
        & (Booking.ends_at > since)
        & (Booking.starts_at < until)
        & Booking.state.not_in((BookingState.DRAFT, BookingState.REQUESTED))
        & ((Booking.state != BookingState.CANCELLED) | cancelled_kept)
        & _in_scope(feed)
    )


def _in_scope(feed: Feed) -> ColumnElement[bool]:
    if feed.scope is FeedScope.PERSON:
        return Booking.id.in_(
            select(Participation.booking_id).where(Participation.resource_id == feed.person_id)
        )
    if feed.scope is FeedScope.ORGANISATION:
        return Booking.id.in_(select(Site.booking_id).where(Site.organisation_id == feed.organisation_id))
    return Booking.partnership_id == feed.partnership_id


def _target(session: Session, scope: FeedScope, target_id: int | None, viewer: Viewer) -> Any:
    field = f"{scope.value}_id"
    if target_id is None:
        raise Invalid([Problem(field, "field.required")])
    target: Any = session.get(MODEL[scope], target_id)
    if target is None or not _may_feed(viewer, *_place_of(target)):
        raise Invalid([Problem(field, "reference.unknown")])
    if target.retired_at:
        raise Invalid([Problem(field, "reference.retired", {"name": target.name})])
    return target


def _place_of(target: Partnership | Organisation | Person) -> tuple[int, int | None]:
    """(partnership, organisation) of a feed's target."""
    if isinstance(target, Partnership):
        return target.id, None
    organisation_id = target.id if isinstance(target, Organisation) else target.organisation_id
    return target.partnership_id, organisation_id


def _may_feed(viewer: Viewer, partnership_id: int, organisation_id: int | None) -> bool:
    """Whoever sees all bookings may feed any scope; a manager their own organisation and its people."""
    return access.can_see_bookings(viewer, partnership_id) or organisation_id in viewer.managed_ids


def _note(session: Session, feed: Feed, *, act: Act, verb: str) -> None:
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="feed",
        subject_id=feed.id,
        partnership_id=feed.partnership_id,
        after={"scope": feed.scope.value, "name": feed.name, "detail": feed.detail.value},
    )
    session.flush()
