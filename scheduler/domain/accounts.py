"""Accounts and their roles. What an account signs in with: passwords, sign_ins, api_tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.fields import Choice, Field, Reference, clean_fields
from scheduler.domain.passwords import check_password, hash_password
from scheduler.domain.sign_ins import end_sign_ins
from scheduler.domain.text_fields import Email, Text, Zone
from scheduler.domain.versions import require_version
from scheduler.errors import Invalid, NotFound, Problem, Refused
from scheduler.models.places import Organisation, Partnership, Region
from scheduler.models.resources import Person
from scheduler.models.users import Grant, Role, User
from scheduler.wording import LANGUAGES

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


def add_user(session: Session, raw: Mapping[str, Any], *, password: str, act: Act) -> User:
    """Make an account without any role. Raises Invalid (a weak password, a taken address)."""
    values = clean_fields(USER_FIELDS, raw, strict=True)
    check_password(password)
    _require_person(session, values["person_id"])
    if session.scalar(select(User.id).where(User.email == values["email"])):
        raise Invalid([Problem("email", "email.taken", {"email": values["email"]})])
    user = User(**{**values, "zone": values["zone"] or "Asia/Shanghai"})
    user.password_hash, user.created_at = hash_password(password), act.at
    session.add(user)
    _flush_email(session, values["email"])
    note_user(session, user, act=act, verb="create", after=user_facts(user))
    return user


def change_user(session: Session, user: User, raw: Mapping[str, Any], *, version: int, act: Act) -> User:
    """Change an account's own data. Raises Invalid or StaleEdit."""
    values = clean_fields(USER_FIELDS, raw, strict=True)
    require_version(user.version, version, title=user.name)
    _require_person(session, values["person_id"])
    taken = session.scalar(select(User.id).where(User.email == values["email"], User.id != user.id))
    if taken:
        raise Invalid([Problem("email", "email.taken", {"email": values["email"]})])
    before = user_facts(user)
    for name, value in {**values, "zone": values["zone"] or user.zone}.items():
        setattr(user, name, value)
    _flush_email(session, values["email"])
    note_user(session, user, act=act, verb="change", before=before, after=user_facts(user))
    return user


def _flush_email(session: Session, email: str) -> None:
    """Of two who take one address at once, PostgreSQL's key tells the second."""
    try:
        session.flush()
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        raise Invalid([Problem("email", "email.taken", {"email": email})]) from error


def set_language(session: Session, user: User, language: str, *, act: Act) -> None:
    """The language that pages and messages speak to this account. Raises Invalid."""
    if language not in LANGUAGES:
        raise Invalid([Problem("language", "field.not_an_option")])
    before = user_facts(user)
    user.language = language
    session.flush()
    if user_facts(user) != before:
        note_user(session, user, act=act, verb="change", before=before, after=user_facts(user))


def sign_out_everywhere(session: Session, user: User, *, act: Act) -> None:
    """End all sign-ins of the account, on every device."""
    end_sign_ins(session, user)
    note_user(session, user, act=act, verb="sign_out_everywhere")


def set_password(session: Session, user: User, password: str, *, act: Act) -> None:
    """A new password ends every sign-in of the account. Raises Invalid."""
    check_password(password)
    user.password_hash = hash_password(password)
    end_sign_ins(session, user)
    session.flush()
    note_user(session, user, act=act, verb="set_password", after={"password_hash": "changed"})


def set_retired(session: Session, user: User, *, retired: bool, act: Act) -> None:
    """Disable or enable an account. Disabling ends its sign-ins; its tokens and feeds stop with it."""
    if retired and user.id == act.user_id:
        raise Refused("user.not_oneself", title=user.name)
    before = user_facts(user)
    user.retired_at = act.at if retired else None
    if retired:
        end_sign_ins(session, user)
    session.flush()
    note_user(
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
    note_user(session, user, act=act, verb="grant", after=grant_facts(grant))
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
    note_user(session, user, act=act, verb="withdraw", before=before)


def user_facts(user: User) -> dict[str, Any]:
    """The account in plain values."""
    return {
        "email": user.email,
        "name": user.name,
        "person_id": user.person_id,
        "zone": user.zone,
        "language": user.language,
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


def note_user(
    session: Session,
    user: User,
    *,
    act: Act,
    verb: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Tell the log what happened to the account."""
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
