"""What a feed answers, kept as long as nothing changed that it could show.

Three steps, so that no writer waits for a calendar to be built and an unchanged feed costs one query:
`find_feed` and `compose` only read, `keep` writes what `compose` had to make.
"""

from __future__ import annotations

import gzip
import hashlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler.domain.subscriptions import is_live
from scheduler.domain.tokens import hash_token
from scheduler.feeds.calendar import compress, etag_of
from scheduler.feeds.compose import Composed
from scheduler.feeds.content import DEFAULT_ZONE
from scheduler.feeds.window import last_midnight
from scheduler.models.audit import AuditEntry
from scheduler.models.base import Instant
from scheduler.models.feeds import Feed, FeedAnswer, FeedFragment
from scheduler.models.users import User

FORMAT = 1
"""Raised with any change to what feeds look like, together with a migration that empties
``feed_fragment``: kept events would otherwise stay as they were written."""

_SLACK = timedelta(days=1)
"""No transaction runs longer: what it noted with an earlier time is still counted when it commits."""


class FoundFeed(NamedTuple):
    """A live feed as one query reads it; what was kept is None before its first answer.

    ``changes`` counts what was noted in its partnership since the midnight before last.
    """

    id: int
    partnership_id: int
    made_of: str | None
    etag: str | None
    changed_at: datetime | None
    changes: int


class KeptFeed(NamedTuple):
    """Validators of a feed's bytes: the strong tag, and the instant from which they are these."""

    etag: str
    changed_at: datetime


def _changes_of(partnership_id: Any) -> Any:
    # Every change leaves an entry in its own transaction. Entries are counted, not compared by number or
    # time: on PostgreSQL an earlier one may become visible after a later one.
    return (
        select(func.count())
        .where(
            AuditEntry.partnership_id == partnership_id,
            AuditEntry.at >= bindparam("noted_since", type_=Instant()),
        )
        .select_from(AuditEntry)
        .scalar_subquery()
    )


_FIND = (
    select(
        Feed.id,
        Feed.partnership_id,
        FeedAnswer.made_of,
        FeedAnswer.etag,
        FeedAnswer.changed_at,
        _changes_of(Feed.partnership_id),
    )
    .join(User, User.id == Feed.owner_id)
    .outerjoin(FeedAnswer, FeedAnswer.feed_id == Feed.id)
    .where(Feed.token_hash == bindparam("token_hash"), is_live())
)
_COUNT = select(_changes_of(bindparam("partnership_id")))
_KEPT = select(FeedAnswer.body).where(FeedAnswer.feed_id == bindparam("feed_id"))


def find_feed(session: Session, token: str, *, now: datetime) -> FoundFeed | None:
    """The live feed behind a token, by one query that is the same for every text that is none."""
    wanted = {"token_hash": hash_token(token), "noted_since": _noted_since(now)}
    # On the connection: the session's own way there takes as long as the query.
    row = session.connection().execute(_FIND, wanted).first()
    return None if row is None else FoundFeed._make(row)


def kept_of(found: FoundFeed, *, now: datetime, uid_host: str) -> KeptFeed | None:
    """The validators of what is kept, or None when the feed has to be composed."""
    if found.etag is None or found.changed_at is None or found.made_of != _made_of(found, now, uid_host):
        return None
    return KeptFeed(found.etag, found.changed_at)


def read_kept(session: Session, found: FoundFeed) -> bytes | None:
    """The kept calendar, compressed with gzip; None when the feed was revoked meanwhile."""
    return session.connection().scalar(_KEPT, {"feed_id": found.id})


def unpack(body: bytes) -> bytes:
    """The calendar of `read_kept`, as it is."""
    return gzip.decompress(body)


def keep(session: Session, found: FoundFeed, composed: Composed, *, now: datetime, uid_host: str) -> KeptFeed:
    """Keep what was composed; answers its validators. Last-Modified moves whenever the bytes do."""
    counted = {"partnership_id": found.partnership_id, "noted_since": _noted_since(now)}
    if session.scalar(_COUNT, counted) == found.changes:
        # Else a name may have changed after it was read, and its kept events been dropped for good reason.
        _upsert(session, FeedFragment, [_columns(row) for row in composed.written])
    etag = etag_of(composed.data)
    answer = FeedAnswer(
        feed_id=found.id,
        made_of=_made_of(found, now, uid_host),
        etag=etag,
        changed_at=_changed_at(session.get(FeedAnswer, found.id), etag, now),
        body=compress(composed.data),
    )
    _upsert(session, FeedAnswer, [_columns(answer)])
    return KeptFeed(etag, answer.changed_at)


def _changed_at(before: FeedAnswer | None, etag: str, now: datetime) -> datetime:
    if before is None:
        return now
    if before.etag == etag:
        return before.changed_at
    # Two changes within one second must not bear one date: a client that has the first would keep it.
    return max(now, before.changed_at + timedelta(seconds=1))


def _noted_since(now: datetime) -> datetime:
    return last_midnight(now, DEFAULT_ZONE) - _SLACK


def _made_of(found: FoundFeed, now: datetime, uid_host: str) -> str:
    """Whatever a feed depends on: our format, the day (its window moves at midnight), the changes noted."""
    facts = (FORMAT, uid_host, int(last_midnight(now, DEFAULT_ZONE).timestamp()), found.changes)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _columns(row: FeedFragment | FeedAnswer) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in _table(type(row)).columns}


def _table(model: type[FeedFragment | FeedAnswer]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _upsert(session: Session, model: type[FeedFragment | FeedAnswer], rows: list[dict[str, Any]]) -> None:
    """Insert, or replace what another process kept meanwhile; in one order, so that two never deadlock."""
    if not rows:
        return
    table = _table(model)
    keys = [column.name for column in table.primary_key.columns]
    dialect = session.get_bind().dialect.name
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    others = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    values = sorted(rows, key=lambda row: [str(row[key]) for key in keys])
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), values)
