"""Bearer tokens of the API: made, revoked, and whose they are. Kept as hashes only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.accounts import note_user
from scheduler.domain.act import Act
from scheduler.domain.fields import clean_fields, is_row_id
from scheduler.domain.text_fields import Text
from scheduler.domain.tokens import hash_token, new_token
from scheduler.errors import NotFound
from scheduler.models.users import ApiToken, User


def create_api_token(session: Session, user: User, *, name: str, act: Act) -> tuple[ApiToken, str]:
    """Make a bearer token; the secret is answered once and never again. Raises Invalid."""
    values = clean_fields((Text(name="name", label="名称", longest=60, required=True),), {"name": name})
    secret = new_token()
    token = ApiToken(token_hash=hash_token(secret), user_id=user.id, created_at=act.at, **values)
    session.add(token)
    session.flush()
    note_user(session, user, act=act, verb="create_token", after={"token": token.name})
    return token, secret


def revoke_api_token(session: Session, user: User, token_id: int, *, act: Act) -> None:
    """End a token of this account at once. Raises NotFound."""
    token = session.get(ApiToken, token_id) if is_row_id(token_id) else None
    if token is None or token.user_id != user.id:
        raise NotFound("directory.not_found")
    if token.revoked_at is None:
        token.revoked_at = act.at
        session.flush()
        note_user(session, user, act=act, verb="revoke_token", before={"token": token.name})


def user_of_api_token(session: Session, secret: str) -> User | None:
    """The account of a live token; None for a revoked or unknown one or a disabled account."""
    return session.scalar(
        select(User)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(
            ApiToken.token_hash == hash_token(secret),
            ApiToken.revoked_at.is_(None),
            User.retired_at.is_(None),
        )
    )
