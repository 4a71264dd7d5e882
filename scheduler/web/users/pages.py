"""Accounts as their pages show them: the list, one account with its roles, and the form for a new role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload
from wtforms import Field, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from scheduler.domain import queries
from scheduler.domain.accounts import GRANT_FIELDS, USER_FIELDS
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Problem
from scheduler.models.places import Organisation, Partnership, Region
from scheduler.models.resources import Person
from scheduler.models.users import Grant, Role, User
from scheduler.web.addresses import page_argument, words_argument
from scheduler.web.door import viewer, zone
from scheduler.web.field_forms import Options
from scheduler.web.field_words import history_lines
from scheduler.web.locale import language, name_of
from scheduler.wording import explain, label, moment_words

SCOPES = {"partnership": Partnership, "region": Region, "organisation": Organisation}


def user_list(session: Session) -> dict[str, Any]:
    """A page of accounts with what each may do."""
    disabled = request.args.get("state") == "disabled"
    query = _users(disabled=disabled).options(selectinload(User.grants))
    total, others = queries.count(session, query), queries.count(session, _users(disabled=not disabled))
    page, pages = page_argument(total)
    rows = session.scalars(query.limit(queries.PAGE).offset((page - 1) * queries.PAGE)).all()
    names = _scope_names(session, [grant for user in rows for grant in user.grants])
    kept = {"words": words_argument()} if words_argument() else {}
    state = {"state": "disabled"} if disabled else {}
    return {
        "users": [
            {"user": user, "roles": [_role_words(grant, names) for grant in user.grants]} for user in rows
        ],
        "disabled": disabled,
        "counts": (others, total) if disabled else (total, others),
        "words": words_argument(),
        "page_number": page,
        "pages": pages,
        "kept": kept,
        "page_address": lambda number: url_for("users.index", page=number, **kept, **state),
    }


def user_facts(session: Session, user: User) -> dict[str, Any]:
    """Everything that the page of an account shows."""
    names = _scope_names(session, user.grants)
    person = session.get(Person, user.person_id) if user.person_id else None
    return {
        "user": user,
        "person": person,
        "created": moment_words(user.created_at, language(), zone(), year=True),
        "roles": [{"id": grant.id, "words": _role_words(grant, names)} for grant in user.grants],
        "history": history_lines(session, "user_account", user.id, USER_FIELDS),
        "is_oneself": user.id == viewer().user_id,
    }


def role_form(session: Session) -> FlaskForm:
    """A role and over what it holds: one choice of scopes for all roles."""
    explained = {
        Role.COORDINATOR: _("协调员：预约、改动和取消活动，维护名录。范围是一个对口协作，或其中一个地区。"),
        Role.MANAGER: _("单位管理员：维护本单位的人员、场地和班级，填写记录。范围是一个单位。"),
        Role.VIEWER: _("查看者：只看，不改。范围是一个对口协作。"),
        Role.ADMINISTRATOR: _("管理员：管理账号和全部内容。不分范围。"),
    }
    controls = {
        "role": RadioField(
            _("角色"), choices=[SelectChoice(role.value, words) for role, words in explained.items()]
        ),
        "scope": SelectField(_("范围"), choices=_scope_choices(session)),
    }
    return type("RoleForm", (FlaskForm,), controls)()


def typed_scope(form: FlaskForm) -> dict[str, Any]:
    """The form as the domain takes a role: "region-3" is region_id 3."""
    kind, _dash, row_id = (form.scope.data or "").partition("-")
    return {"role": form.role.data, **({f"{kind}_id": row_id} if kind in SCOPES else {})}


def scope_problems(form: FlaskForm, problems: Iterable[Problem]) -> list[Problem]:
    """Problems of a missing scope, said at the one field for scopes in the role's words."""
    fields = {field.name for field in GRANT_FIELDS} - {"role"}
    left = [problem for problem in problems if problem.field not in fields]
    others = [problem for problem in problems if problem.field in fields]
    wanted = {
        Role.MANAGER.value: _("单位管理员的范围应是一个单位。"),
        Role.COORDINATOR.value: _("协调员的范围应是一个对口协作，或其中一个地区。"),
        Role.VIEWER.value: _("查看者的范围应是一个对口协作。"),
    }
    for problem in others:
        missing = problem.code == "field.required" and form.role.data in wanted
        form.scope.errors = [wanted[form.role.data] if missing else explain(problem, language())]
    return left


def person_options(session: Session) -> Options:
    """People by organisation, for the account that is one person's own."""
    query = queries.entries(viewer(), SHELVES["persons"])
    people = sorted(session.scalars(query), key=lambda one: (one.organisation.name, one.name))
    return {"person_id": [SelectChoice(str(p.id), p.name, optgroup=name_of(p.organisation)) for p in people]}


def option_words(control: Field, value: str | None) -> str:
    """The words of the option of that value; "" for none."""
    return next((choice.label for choice in control.iter_choices() if value and choice.value == value), "")


def _users(*, disabled: bool) -> Select[User]:
    query = select(User).where(User.retired_at.is_not(None) if disabled else User.retired_at.is_(None))
    words = words_argument()
    if words:
        matches = [column.icontains(words, autoescape=True) for column in (User.name, User.email)]
        query = query.where(or_(*matches))
    return query.order_by(User.name, User.id)


def _scope_choices(session: Session) -> list[SelectChoice]:
    choices = [SelectChoice("", _("全系统"))]
    groups = (("partnership", _("对口协作")), ("region", _("地区")), ("organisation", _("单位")))
    for kind, group in groups:
        for row in session.scalars(queries.entries(viewer(), SHELVES[f"{kind}s"])):
            choices.append(SelectChoice(f"{kind}-{row.id}", name_of(row), optgroup=group))
    return choices


def _scope_names(session: Session, grants: Iterable[Grant]) -> dict[tuple[str, int], str]:
    """(kind, id) → name of every scope in ``grants``: one query a kind."""
    names: dict[tuple[str, int], str] = {}
    for kind, model in SCOPES.items():
        ids = {getattr(grant, f"{kind}_id") for grant in grants} - {None}
        if ids:
            rows = session.execute(select(model.id, model.name, model.name_en).where(model.id.in_(ids)))
            names |= {(kind, row.id): name_of(row) for row in rows}
    return names


def _role_words(grant: Grant, names: dict[tuple[str, int], str]) -> str:
    """协调员 · 内蒙古林西县: the role and the narrowest of its scopes."""
    for kind in ("organisation", "region", "partnership"):
        row_id = getattr(grant, f"{kind}_id")
        if row_id is not None:
            return f"{label(language(), grant.role)} · {names[kind, row_id]}"
    return label(language(), grant.role)
