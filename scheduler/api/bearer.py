"""Who calls: the account behind a bearer token (RFC 6750). Cookies count for nothing here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import g, request
from sqlalchemy import ColumnElement, select, update

from scheduler import clock, edge
from scheduler.domain.access import Viewer, viewer_of
from scheduler.domain.act import Act
from scheduler.domain.api_tokens import user_of_api_token
from scheduler.domain.tokens import hash_token
from scheduler.errors import TongtangError
from scheduler.models.users import ApiToken
from scheduler.wording import LANGUAGES

USE_NOTED_EVERY = timedelta(hours=1)
"""``last_used_at`` tells a token that lies idle from one in use; it need not be written at every request."""


class Unauthorised(TongtangError):
    """There is no token, or it opens nothing (any more)."""


@dataclass(frozen=True)
class Caller:
    """The account of the request's token: what it may do, and the zone in which its clock times are meant."""

    user_id: int
    zone: str
    viewer: Viewer


def admit() -> None:
    """Find the caller of this request. Raises Unauthorised."""
    secret = _secret()
    now = clock.now()
    with edge.read() as session:
        user = user_of_api_token(session, secret)
        if user is None:
            raise Unauthorised("token.unknown")
        g.caller = Caller(user.id, user.zone, viewer_of(user))
        used_at = session.scalar(select(ApiToken.last_used_at).where(_is(secret)))
    if used_at is None or used_at <= now - USE_NOTED_EVERY:
        _note_use(secret, now)


def caller() -> Caller:
    """Who calls."""
    return cast(Caller, g.caller)


def viewer() -> Viewer:
    """What the caller may do."""
    return caller().viewer


def act() -> Act:
    """This request as the domain is told of it."""
    return Act(user_id=caller().user_id, at=clock.now(), via="api")


def language() -> str:
    """The language of sentences: the best of Accept-Language, else Chinese."""
    return request.accept_languages.best_match(LANGUAGES, "zh")


def zone() -> str:
    """The caller's zone, Shanghai's before anybody is known."""
    known = cast(Caller | None, g.get("caller"))
    return known.zone if known else "Asia/Shanghai"


def _secret() -> str:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Unauthorised("token.required")
    return given.token


def _note_use(secret: str, at: datetime) -> None:
    with edge.write() as session:
        session.execute(update(ApiToken).where(_is(secret)).values(last_used_at=at))


def _is(secret: str) -> ColumnElement[bool]:
    return ApiToken.token_hash == hash_token(secret)
