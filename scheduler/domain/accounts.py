"""Accounts: passwords, sign-ins, API tokens and roles. Secrets are kept as hashes only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.fields import (
    Choice,
    Email,
    Field,
    Reference,
    Text,
    Zone,
    clean_fields,
    is_printable,
    is_row_id,
)
from scheduler.domain.tokens import hash_token, new_token
from scheduler.errors import Forbidden, Invalid, NotFound, Problem, Refused, StaleEdit
from scheduler.models.places import Organisation, Partnership, Region
from scheduler.models.resources import Person
from scheduler.models.users import ApiToken, Grant, Role, SignIn, SignInAttempt, User

USER_FIELDS: tuple[Field, ...] = (
    Email(name="email", label="电子邮箱", required=True),
    Text(name="name", label="姓名", longest=60, required=True),
    Reference(name="person_id", label="对应人员", table="person"),
    Zone(name="zone", label="时区"),
)
GRANT_FIELDS: tuple[Field, ...] = (
    Choice(name="role", label="角色", options=Role, required=True),
    Reference(name="partnership_id", label="对口协作", table="partnership"),
    Reference(name="region_id", label="地区", table="region"),
    Reference(name="organisation_id", label="单位", table="organisation"),
)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
SIGN_IN_LASTS = timedelta(days=30)
ATTEMPT_WINDOW = timedelta(minutes=15)
MOST_ATTEMPTS = 10
"""Failures of one address (mail or network) within the window before it must wait."""

_hasher = PasswordHasher()
# Verified against when there is no such account, so that both answers take the same time.
_DECOY = _hasher.hash(secrets.token_urlsafe(16))


def add_user(session: Session, raw: Mapping[str, Any], *, password: str, act: Act) -> User:
    """Make an account without any role. Raises Invalid (a weak password, a taken address)."""
    values = clean_fields(USER_FIELDS, raw, strict=True)
    check_password(password)
    _require_person(session, values["person_id"])
    if session.scalar(select(User.id).where(User.email == values["email"])):
        raise Invalid([Problem("email", "email.taken", {"email": values["email"]})])
    user = User(**{**values, "zone": values["zone"] or "Asia/Shanghai"})
    user.password_hash, user.created_at = _hash(password), act.at
    session.add(user)
    session.flush()
    _note(session, user, act=act, verb="create", after=user_facts(user))
    return user


def change_user(session: Session, user: User, raw: Mapping[str, Any], *, version: int, act: Act) -> User:
    """Change an account's own data. Raises Invalid or StaleEdit."""
    values = clean_fields(USER_FIELDS, raw, strict=True)
    if user.version != version:
        raise StaleEdit(current=user.version, given=version, title=user.name)
    _require_person(session, values["person_id"])
    taken = session.scalar(select(User.id).where(User.email == values["email"], User.id != user.id))
    if taken:
        raise Invalid([Problem("email", "email.taken", {"email": values["email"]})])
    before = user_facts(user)
    for name, value in {**values, "zone": values["zone"] or user.zone}.items():
        setattr(user, name, value)
    session.flush()
    _note(session, user, act=act, verb="change", before=before, after=user_facts(user))
    return user


def set_password(session: Session, user: User, password: str, *, act: Act) -> None:
    """A new password ends every sign-in of the account. Raises Invalid."""
    check_password(password)
    user.password_hash = _hash(password)
    end_sign_ins(session, user)
    session.flush()
    _note(session, user, act=act, verb="set_password", after={"password_hash": "changed"})


def set_retired(session: Session, user: User, *, retired: bool, act: Act) -> None:
    """Disable or enable an account. Disabling ends its sign-ins; its tokens and feeds stop with it."""
    if retired and user.id == act.user_id:
        raise Refused("user.not_oneself", title=user.name)
    before = user_facts(user)
    user.retired_at = act.at if retired else None
    if retired:
        end_sign_ins(session, user)
    session.flush()
    _note(
        session, user, act=act, verb="retire" if retired else "restore", before=before, after=user_facts(user)
    )


def grant_role(session: Session, user: User, raw: Mapping[str, Any], *, act: Act) -> Grant:
    """Give a role with the scope that it needs. Raises Invalid when the scope does not fit the role."""
    values = clean_fields(GRANT_FIELDS, raw, strict=True)
    grant = Grant(**_fit_scope(session, values))
    if any(_same_scope(grant, other) for other in user.grants):
        raise Invalid([Problem("role", "grant.taken")])
    user.grants.append(grant)
    end_sign_ins(session, user, keep_user=act.user_id)
    session.flush()
    _note(session, user, act=act, verb="grant", after=grant_facts(grant))
    return grant


def withdraw_role(session: Session, user: User, grant_id: int, *, act: Act) -> None:
    """Take a role away; the account's sign-ins end. Raises NotFound."""
    grant = next((grant for grant in user.grants if grant.id == grant_id), None)
    if grant is None:
        raise NotFound("directory.not_found")
    if grant.role is Role.ADMINISTRATOR and user.id == act.user_id:
        raise Refused("user.not_oneself", title=user.name)
    before = grant_facts(grant)
    user.grants.remove(grant)
    end_sign_ins(session, user, keep_user=act.user_id)
    session.flush()
    _note(session, user, act=act, verb="withdraw", before=before)


def sign_in(session: Session, *, email: str, password: str, address: str, act: Act) -> str:
    """Check a password and open a sign-in; answers its token.

    Raises Refused after too many failures and Forbidden otherwise, the same for a wrong password,
    an unknown address and a disabled account, after the same work.
    """
    email = email.strip().lower()
    hashes = {"email_hash": hash_token(email), "address_hash": hash_token(address)}
    if _attempts(session, act.at, **hashes) >= MOST_ATTEMPTS:
        raise Refused("sign_in.too_often", minutes=int(ATTEMPT_WINDOW.total_seconds() // 60))
    user = session.scalar(select(User).where(User.email == email)) if is_printable(email) else None
    usable = user is not None and user.retired_at is None
    if not _verify(user.password_hash if user and usable else _DECOY, password) or not user or not usable:
        raise Forbidden("sign_in.wrong")
    token = new_token()
    session.add(
        SignIn(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=act.at,
            expires_at=act.at + SIGN_IN_LASTS,
        )
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


def create_api_token(session: Session, user: User, *, name: str, act: Act) -> tuple[ApiToken, str]:
    """Make a bearer token; the secret is answered once and never again. Raises Invalid."""
    values = clean_fields((Text(name="name", label="名称", longest=60, required=True),), {"name": name})
    secret = new_token()
    token = ApiToken(token_hash=hash_token(secret), user_id=user.id, created_at=act.at, **values)
    session.add(token)
    session.flush()
    _note(session, user, act=act, verb="create_token", after={"token": token.name})
    return token, secret


def revoke_api_token(session: Session, user: User, token_id: int, *, act: Act) -> None:
    """End a token of this account at once. Raises NotFound."""
    token = session.get(ApiToken, token_id) if is_row_id(token_id) else None
    if token is None or token.user_id != user.id:
        raise NotFound("directory.not_found")
    if token.revoked_at is None:
        token.revoked_at = act.at
        session.flush()
        _note(session, user, act=act, verb="revoke_token", before={"token": token.name})


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


def check_password(password: str) -> None:
    """Raises Invalid for a password that is too short, too long, or one character repeated."""
    if len(password) < SHORTEST_PASSWORD or len(set(password)) < 4:
        raise Invalid([Problem("password", "password.weak", {"shortest": SHORTEST_PASSWORD})])
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(
            [Problem("password", "field.too_long", {"longest": LONGEST_PASSWORD, "length": len(password)})]
        )


def user_facts(user: User) -> dict[str, Any]:
    """The account in plain values."""
    return {
        "email": user.email,
        "name": user.name,
        "person_id": user.person_id,
        "zone": user.zone,
        "retired": user.retired_at is not None,
    }


def grant_facts(grant: Grant) -> dict[str, Any]:
    """The role and its scope in plain values."""
    return {
        "role": grant.role.value,
        "partnership_id": grant.partnership_id,
        "region_id": grant.region_id,
        "organisation_id": grant.organisation_id,
    }


def _fit_scope(session: Session, values: dict[str, Any]) -> dict[str, Any]:
    """Fill in the partnership of a region or organisation and drop what the role does not use."""
    role: Role = values["role"]
    if role is Role.ADMINISTRATOR:
        return {"role": role}
    if role is Role.MANAGER:
        organisation = _row(session, Organisation, values["organisation_id"], "organisation_id")
        return {
            "role": role,
            "partnership_id": organisation.partnership_id,
            "organisation_id": organisation.id,
        }
    if role is Role.COORDINATOR and values["region_id"]:
        region = _row(session, Region, values["region_id"], "region_id")
        return {"role": role, "partnership_id": region.partnership_id, "region_id": region.id}
    partnership = _row(session, Partnership, values["partnership_id"], "partnership_id")
    return {"role": role, "partnership_id": partnership.id}


def _row(session: Session, model: Any, row_id: int | None, field: str) -> Any:
    row = session.get(model, row_id) if row_id else None
    if row is None:
        raise Invalid([Problem(field, "reference.unknown" if row_id else "field.required")])
    if row.retired_at:
        raise Invalid([Problem(field, "reference.retired", {"name": row.name})])
    return row


def _same_scope(one: Grant, other: Grant) -> bool:
    return grant_facts(one) == grant_facts(other)


def _require_person(session: Session, person_id: int | None) -> None:
    if person_id and session.get(Person, person_id) is None:
        raise Invalid([Problem("person_id", "reference.unknown")])


def _hash(password: str) -> str:
    return _hasher.hash(_octets(password))


def _octets(password: str) -> bytes:
    """Any text can be a password, or be tried as one; never more of it than is hashed in a moment."""
    return password[: LONGEST_PASSWORD + 1].encode(errors="surrogatepass")


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, _octets(password))
    except (VerificationError, InvalidHashError):
        return False


def _attempts(session: Session, at: datetime, *, email_hash: str, address_hash: str) -> int:
    recent = SignInAttempt.at > at - ATTEMPT_WINDOW
    by_email = select(func.count()).where(recent, SignInAttempt.email_hash == email_hash)
    by_address = select(func.count()).where(recent, SignInAttempt.address_hash == address_hash)
    return max(session.scalar(by_email) or 0, (session.scalar(by_address) or 0) // 5)


def _note(
    session: Session,
    user: User,
    *,
    act: Act,
    verb: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="user_account",
        subject_id=user.id,
        partnership_id=None,
        before=before,
        after=after,
    )
    session.flush()
