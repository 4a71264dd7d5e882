"""Sign-ins: a password checked, guessing slowed down, who is signed in. Tokens are kept as hashes only."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from scheduler.domain.act import Act
from scheduler.domain.passwords import verify_password
from scheduler.domain.text_fields import is_printable
from scheduler.domain.tokens import hash_token, new_token
from scheduler.errors import Forbidden, Refused
from scheduler.models.users import SignIn, SignInAttempt, User

SIGN_IN_LASTS = timedelta(days=30)
ATTEMPT_WINDOW = timedelta(minutes=15)
MOST_ATTEMPTS = 10
"""Failures with one e-mail from one network address within the window before the two must wait."""
MOST_SPREAD = 5 * MOST_ATTEMPTS
"""The same of one e-mail from anywhere, or of one network address with any e-mail. It is higher, so that a
stranger who only knows the e-mail cannot keep its owner out with a few wrong passwords."""


def sign_in(session: Session, *, email: str, password: str, address: str, act: Act) -> str:
    """Check a password and open a sign-in at once; answers its token. Raises as ``authenticate``."""
    return open_sign_in(
        session, authenticate(session, email=email, password=password, address=address, at=act.at), act=act
    )


def authenticate(session: Session, *, email: str, password: str, address: str, at: datetime) -> User:
    """The account that this password opens. It only reads: the check takes long and keeps no writer waiting.

    Raises Refused after too many failures and Forbidden otherwise, the same for a wrong password,
    an unknown address and a disabled account, after the same work.
    """
    email = email.strip().lower()
    hashes = {"email_hash": hash_token(email), "address_hash": hash_token(address)}
    if _must_wait(session, at, **hashes):
        raise Refused("sign_in.too_often", minutes=int(ATTEMPT_WINDOW.total_seconds() // 60))
    usable = select(User).where(User.email == email, User.retired_at.is_(None))
    user = session.scalar(usable) if is_printable(email) else None
    if not verify_password(user.password_hash if user else None, password) or user is None:
        raise Forbidden("sign_in.wrong")
    return user


def open_sign_in(session: Session, checked: User, *, act: Act) -> str:
    """Open a sign-in for an account that was authenticated, perhaps in an earlier transaction.

    Raises Forbidden when its password was changed or the account disabled since.
    """
    unchanged = select(User.id).where(
        User.id == checked.id, User.password_hash == checked.password_hash, User.retired_at.is_(None)
    )
    user_id = session.scalar(unchanged)
    if user_id is None:
        raise Forbidden("sign_in.wrong")
    token, expires_at = new_token(), act.at + SIGN_IN_LASTS
    session.add(
        SignIn(token_hash=hash_token(token), user_id=user_id, created_at=act.at, expires_at=expires_at)
    )
    session.flush()
    return token


def note_failed_sign_in(session: Session, *, email: str, address: str, at: datetime) -> None:
    """Count a failure (in a transaction of its own: the failed one is rolled back)."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - ATTEMPT_WINDOW))
    email = email.strip().lower()
    session.add(SignInAttempt(email_hash=hash_token(email), address_hash=hash_token(address), at=at))
    session.flush()


def user_of_sign_in(session: Session, token: str, *, at: datetime) -> User | None:
    """The account signed in with this token; None once it ended, expired, or the account is disabled."""
    return session.scalar(
        select(User)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.token_hash == hash_token(token), SignIn.expires_at > at, User.retired_at.is_(None))
    )


def sign_out(session: Session, token: str) -> None:
    """End one sign-in."""
    session.execute(delete(SignIn).where(SignIn.token_hash == hash_token(token)))


def end_sign_ins(session: Session, user: User, *, keep_user: int | None = None) -> None:
    """End all sign-ins of the account (not one's own, when ``keep_user`` is the account itself)."""
    if user.id != keep_user:
        session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def _must_wait(session: Session, at: datetime, *, email_hash: str, address_hash: str) -> bool:
    def failures(*conditions: ColumnElement[bool]) -> int:
        recent = SignInAttempt.at > at - ATTEMPT_WINDOW
        return session.scalar(select(func.count()).where(recent, *conditions)) or 0

    of_email, of_address = SignInAttempt.email_hash == email_hash, SignInAttempt.address_hash == address_hash
    return (
        failures(of_email, of_address) >= MOST_ATTEMPTS
        or failures(of_email) >= MOST_SPREAD
        or failures(of_address) >= MOST_SPREAD
    )
