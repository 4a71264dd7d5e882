"""Idempotency-Key: a POST that is sent again does nothing again and is answered the same.

The key is claimed by the first statement of the transaction that makes the change and keeps its
answer, so both are there or neither. A second request under the same key waits at that claim for
the first (PostgreSQL: at the primary key; SQLite: at the write lock), then reads the first's answer;
when the first failed, its claim is gone and the second is tried afresh.

No secret is kept: an answer that carries one is stored without it (``Answer.kept``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Response, request
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler import clock, edge
from scheduler.api.bearer import caller
from scheduler.api.bodies import Malformed
from scheduler.errors import TongtangError
from scheduler.models.idempotency import IdempotentAnswer

KEPT_FOR = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,200}")


class KeyReused(TongtangError):
    """The key was used for another request (422)."""


class _Taken(Exception):
    """Another request has claimed the key."""


@dataclass(frozen=True)
class Answer:
    """What a change answers. ``secret`` is added to the body now and never stored."""

    body: dict[str, Any] | None
    status: int = 200
    location: str = ""
    etag: str = ""
    secret: dict[str, Any] = field(default_factory=dict)

    def response(self) -> Response:
        """As HTTP."""
        whole = None if self.body is None else {**self.body, **self.secret}
        return _response(self.status, self.location, _octets(whole), self.etag)

    @property
    def kept(self) -> bytes:
        """The body as it may be stored."""
        return _octets(self.body)


def changed(work: Callable[[Session], Answer]) -> Response:
    """Do ``work`` in the request's one transaction; once only, when the request has a key."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        with edge.write() as session:
            answer = work(session)
        return answer.response()
    if not KEY.fullmatch(key):
        raise Malformed("idempotency.bad_key")
    try:
        return _first(key, work)
    except _Taken:
        return _again(key)


def _first(key: str, work: Callable[[Session], Answer]) -> Response:
    with edge.write() as session:
        _forget_old(session)
        _claim(session, key)
        answer = work(session)
        session.execute(
            update(IdempotentAnswer)
            .where(*_mine(key))
            .values(status=answer.status, location=answer.location, body=answer.kept)
        )
    return answer.response()


def _claim(session: Session, key: str) -> None:
    claim = insert(IdempotentAnswer).values(
        user_id=caller().user_id,
        key=key,
        request_hash=_request_hash(),
        status=0,
        location="",
        body=b"",
        at=clock.now(),
    )
    try:
        session.execute(claim)
    except IntegrityError as error:
        raise _Taken from error


def _again(key: str) -> Response:
    with edge.read() as session:
        kept = session.get_one(IdempotentAnswer, (caller().user_id, key))
    if kept.request_hash != _request_hash():
        raise KeyReused("idempotency.key_reused")
    tag = json.loads(kept.body).get("version") if kept.body else None
    answer = _response(kept.status, kept.location, kept.body, f'"{tag}"' if tag else "")
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _forget_old(session: Session) -> None:
    session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.at < clock.now() - KEPT_FOR))


def _mine(key: str) -> tuple[Any, ...]:
    return IdempotentAnswer.user_id == caller().user_id, IdempotentAnswer.key == key


def _request_hash() -> str:
    """Of everything that says what is asked for."""
    parts = (request.method, request.full_path, request.headers.get("If-Match", ""))
    head = "\n".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.sha256(head + b"\n\n" + request.get_data()).hexdigest()


def _octets(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode("ascii")


def _response(status: int, location: str, body: bytes, tag: str) -> Response:
    answer = Response(body, status, content_type="application/json")
    if not body:
        del answer.headers["Content-Type"]
    if location:
        answer.headers["Location"] = location
    if tag:
        answer.headers["ETag"] = tag
    return answer
