"""Accounts and what each may do: administrators only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import PasswordField

from scheduler import edge
from scheduler.domain import access, accounts
from scheduler.domain.accounts import USER_FIELDS
from scheduler.domain.passwords import SHORTEST_PASSWORD
from scheduler.domain.tokens import new_password
from scheduler.errors import Invalid, NotFound, StaleEdit
from scheduler.models.users import User
from scheduler.web.addresses import ID, MOST_ID
from scheduler.web.door import act, viewer
from scheduler.web.field_forms import make_form
from scheduler.web.field_words import differences
from scheduler.web.forms import put_problems, raw_of
from scheduler.web.users import pages
from scheduler.web.users.pages import option_words, person_options, role_form, typed_scope

blueprint = Blueprint("users", __name__, url_prefix="/users")
USER = f"/<{ID}:user_id>"
Answer = str | Response | tuple[str, int]


@blueprint.before_request
def administrators_only() -> None:
    """Nobody else may look, either."""
    access.require(access.can_administer(viewer()))


@blueprint.get("")
def index() -> str:
    """All accounts, searched, in pages."""
    with edge.read() as session:
        return render_template("users/index.html", **pages.user_list(session))


@blueprint.get(USER)
def show(user_id: int) -> str:
    """One account: its facts, its roles, what happened to it."""
    with edge.read() as session:
        return _user_page(session, _user(session, user_id), role_form(session))


@blueprint.get("/new")
def new_form() -> str:
    """A form for a new account."""
    with edge.read() as session:
        return render_template("users/new.html", form=_new_form(session))


@blueprint.post("/new")
def create() -> Answer:
    """Make the account and show its first password, once."""
    with edge.read() as session:
        form = _new_form(session)
    typed = form.password.data or ""
    raw = {name: value for name, value in raw_of(form).items() if name != "password"}
    password = typed or new_password()
    try:
        with edge.write() as session:
            user = accounts.add_user(session, raw, password=password, act=act())
    except Invalid as error:
        put_problems(form, error.problems)
        return render_template("users/new.html", form=form), 422
    if not typed:
        return render_template("users/password_shown.html", user=user, password=password, new=True)
    flash(_("已新建账号“%(name)s”，接下来给它一个角色。", name=user.name), "success")
    return redirect(url_for("users.show", user_id=user.id), 303)


@blueprint.get(f"{USER}/edit")
def edit_form(user_id: int) -> str:
    """The account's own data, to be changed."""
    with edge.read() as session:
        user = _user(session, user_id)
        form = make_form(USER_FIELDS, options=person_options(session), values=_values(user))
        return _edit_page(user, form, version=user.version)


@blueprint.post(f"{USER}/edit")
def edit(user_id: int) -> Answer:
    """Change it; somebody else's change in between is shown beside what was typed."""
    version = request.form.get("version", 0, type=int)
    with edge.read() as session:
        form = make_form(USER_FIELDS, options=person_options(session))
    try:
        with edge.write() as session:
            user = _user(session, user_id)
            accounts.change_user(session, user, raw_of(form), version=version, act=act())
    except Invalid as error:
        put_problems(form, error.problems)
        with edge.read() as session:
            return _edit_page(_user(session, user_id), form, version=version), 422
    except StaleEdit:
        with edge.read() as session:
            return _stale_page(_user(session, user_id), form), 409
    flash(_("已保存“%(name)s”。", name=user.name), "success")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post(f"{USER}/roles")
def grant_role(user_id: int) -> Answer:
    """Give a role with its scope; the account signs in anew."""
    with edge.read() as session:
        _user(session, user_id)
        form = role_form(session)
    try:
        with edge.write() as session:
            accounts.grant_role(session, _user(session, user_id), typed_scope(form), act=act())
    except Invalid as error:
        put_problems(form, pages.scope_problems(form, error.problems))
        with edge.read() as session:
            return _user_page(session, _user(session, user_id), form), 422
    flash(_("已给予角色。对方要重新登录。"), "success")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post(f"{USER}/roles/<{ID}:grant_id>/withdraw")
def withdraw_role(user_id: int, grant_id: int) -> Response:
    """Take a role away; the account's sign-ins end at once."""
    with edge.write() as session:
        accounts.withdraw_role(session, _user(session, user_id), grant_id, act=act())
    flash(_("已收回角色。对方的登录已经结束。"), "success")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post(f"{USER}/disable")
def disable(user_id: int) -> Response:
    """Close the account: sign-ins, tokens and feeds stop at once."""
    name = _set_retired(user_id, retired=True)
    text = _("“%(name)s”已停用：登录、访问令牌和订阅都不再有效。", name=name)
    again = url_for("users.enable", user_id=user_id)
    flash({"text": text, "action": _("恢复"), "url": again}, "undo")  # type: ignore[arg-type]
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post(f"{USER}/enable")
def enable(user_id: int) -> Response:
    """Open it again."""
    flash(_("“%(name)s”可以重新登录了。", name=_set_retired(user_id, retired=False)), "success")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.get(f"{USER}/password")
def password_form(user_id: int) -> Answer:
    """Ask for a new password, or for one to be made. One's own is changed on the account page."""
    if user_id == viewer().user_id:
        return redirect(url_for("account.password_form"))
    with edge.read() as session:
        return render_template("users/password.html", user=_user(session, user_id), form=_password_form())


@blueprint.post(f"{USER}/password")
def reset_password(user_id: int) -> Answer:
    """Set it; one that was made here is shown once."""
    if user_id == viewer().user_id:
        return redirect(url_for("account.password_form"), 303)
    form = _password_form()
    password = form.password.data or new_password()
    try:
        with edge.write() as session:
            user = _user(session, user_id)
            accounts.set_password(session, user, password, act=act())
    except Invalid as error:
        put_problems(form, error.problems)
        with edge.read() as session:
            return render_template("users/password.html", user=_user(session, user_id), form=form), 422
    if not form.password.data:
        return render_template("users/password_shown.html", user=user, password=password, new=False)
    flash(_("“%(name)s”的密码已更换，原来的登录都已结束。", name=user.name), "success")
    return redirect(url_for("users.show", user_id=user_id), 303)


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id) if user_id <= MOST_ID else None
    if user is None:
        raise NotFound("directory.not_found")
    return user


def _set_retired(user_id: int, *, retired: bool) -> str:
    with edge.write() as session:
        user = _user(session, user_id)
        if bool(user.retired_at) != retired:
            accounts.set_retired(session, user, retired=retired, act=act())
        return user.name


def _password_control() -> PasswordField:
    hint = _("留空就由系统生成，只显示一次。自己填的至少 %(count)s 个字符。", count=SHORTEST_PASSWORD)
    return PasswordField(_("密码"), description=hint)


def _new_form(session: Session) -> FlaskForm:
    return make_form(USER_FIELDS, options=person_options(session), more={"password": _password_control})


def _password_form() -> FlaskForm:
    return make_form((), more={"password": _password_control})


def _values(user: User) -> dict[str, Any]:
    return {field.name: getattr(user, field.name) for field in USER_FIELDS}


def _user_page(session: Session, user: User, form: FlaskForm) -> str:
    return render_template("users/show.html", form=form, **pages.user_facts(session, user))


def _edit_page(user: User, form: FlaskForm, *, version: int, stale: Any = None) -> str:
    return render_template("users/edit.html", user=user, form=form, version=version, stale=stale)


def _stale_page(user: User, form: FlaskForm) -> str:
    person = str(user.person_id or "")
    typed = {**raw_of(form), "person_id": option_words(form.person_id, form.person_id.data)}
    saved = {**_values(user), "person_id": option_words(form.person_id, person)}
    return _edit_page(user, form, version=user.version, stale=differences(USER_FIELDS, saved, typed))
