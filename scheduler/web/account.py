"""One's own account: name and language, password, API tokens, sign-ins, and where one works."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from scheduler import clock, edge
from scheduler.domain import access, accounts, api_tokens, queries, sign_ins
from scheduler.domain.accounts import USER_FIELDS
from scheduler.domain.passwords import SHORTEST_PASSWORD
from scheduler.domain.tokens import hash_token
from scheduler.errors import Forbidden, Invalid, Problem, Refused, StaleEdit
from scheduler.models.places import Partnership
from scheduler.models.users import ApiToken, SignIn, User
from scheduler.web.addresses import ID, MOST_ID
from scheduler.web.door import act, load_signed_in, viewer, zone
from scheduler.web.failures import status_of, words_of
from scheduler.web.field_forms import make_form
from scheduler.web.field_words import differences
from scheduler.web.forms import put_problems, raw_of
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.web.own_pages import own_page
from scheduler.wording import moment_words

blueprint = Blueprint("account", __name__, url_prefix="/account")
Answer = str | Response | tuple[str, int]

OWN_FIELDS = tuple(field for field in USER_FIELDS if field.name in ("name", "zone"))
"""What people change themselves; the address they sign in with is the administrators' to change."""
MOST_SIGN_INS = 5
"""Sign-ins that the page tells of: the newest."""
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


@blueprint.get("")
def index() -> str:
    """Everything of one's own account."""
    with edge.read() as database:
        return _page(database, _own_form(_me(database)), _token_form())


@blueprint.post("/profile")
def change_profile() -> Answer:
    """Keep name, language and zone."""
    form, version = _own_form(None), request.form.get("version", 0, type=int)
    try:
        with edge.write() as database:
            _change_profile(_me(database), form, database, version=version)
    except Invalid as error:
        put_problems(form, error.problems)
        with edge.read() as database:
            return _page(database, form, _token_form(), version=version), 422
    except StaleEdit:
        with edge.read() as database:
            saved = {field.name: getattr(_me(database), field.name) for field in OWN_FIELDS}
            stale = differences(OWN_FIELDS, saved, raw_of(form))
            return _page(database, form, _token_form(), stale=stale), 409
    current_user.language = form.language.data
    flask_babel.refresh()
    flash(_("已保存您的资料。"), "success")
    return redirect(url_for("account.index"), 303)


@blueprint.get("/password")
def password_form() -> str:
    """Ask for the present password and a new one."""
    return render_template("account/password.html", form=_password_form())


@blueprint.post("/password")
def change_password() -> Answer:
    """Every other sign-in of the account ends; this one goes on with a new token."""
    form = _password_form()
    present, wanted = form.present.data or "", form.wanted.data or ""
    if wanted != (form.again.data or ""):
        form.again.errors = [_("两次填的新密码不同。")]
        return render_template("account/password.html", form=form), 422
    address, now = request.remote_addr or "", act()
    try:
        with edge.write() as database:
            me = _me(database)
            # Signing in is the one way to prove a password: counted, slowed and refused alike.
            sign_ins.sign_in(database, email=me.email, password=present, address=address, act=now)
            accounts.set_password(database, me, wanted, act=now)
            token = sign_ins.sign_in(database, email=me.email, password=wanted, address=address, act=now)
    except Invalid as error:
        put_problems(form, [Problem("wanted", problem.code, problem.facts) for problem in error.problems])
        return render_template("account/password.html", form=form), 422
    except (Forbidden, Refused) as error:
        return _wrong_password(form, error, address)
    remembered = "remember_token" in request.cookies
    session.clear()
    login_user(load_signed_in(token), remember=remembered)
    flash(_("密码已更换，其他设备上的登录都已结束。"), "success")
    return redirect(url_for("account.index"), 303)


@blueprint.post("/tokens")
def create_token() -> Answer:
    """Make a bearer token and show its secret, once."""
    form = _token_form()
    try:
        with edge.write() as database:
            me = _me(database)
            token, secret = api_tokens.create_api_token(
                database, me, name=form.token_name.data or "", act=act()
            )
    except Invalid as error:
        put_problems(form, [Problem("token_name", problem.code, problem.facts) for problem in error.problems])
        with edge.read() as database:
            return _page(database, _own_form(_me(database)), form), 422
    return render_template("account/token_shown.html", token=token, secret=secret)


@blueprint.post(f"/tokens/<{ID}:token_id>/revoke")
def revoke_token(token_id: int) -> Response:
    """End a token at once."""
    with edge.write() as database:
        api_tokens.revoke_api_token(database, _me(database), token_id, act=act())
    flash(_("令牌已停用，用它的程序现在起会被拒绝。"), "success")
    return redirect(url_for("account.index"), 303)


@blueprint.post("/sign-ins/end")
def end_sign_ins() -> Response:
    """Sign out everywhere, here too."""
    with edge.write() as database:
        accounts.sign_out_everywhere(database, _me(database), act=act())
    logout_user()
    session.clear()
    flash(_("已在所有设备上退出。"), "success")
    return redirect(url_for("sign_in.form"), 303)


@blueprint.post("/partnership")
def switch_partnership() -> Response:
    """Work in another partnership from now on, in this browser."""
    wanted = request.form.get("partnership_id", 0, type=int)
    with edge.read() as database:
        row = database.get(Partnership, wanted) if 0 < wanted <= MOST_ID else None
        access.require(True, visible=row is not None and access.can_see_partnership(viewer(), wanted))
    session["partnership_id"] = wanted
    return redirect(own_page(request.form.get("next")), 303)


def _me(database: Session) -> User:
    return database.get_one(User, current_user.user_id)


def _change_profile(me: User, form: FlaskForm, database: Session, *, version: int) -> None:
    raw = {"email": me.email, "person_id": me.person_id, **raw_of(form)}
    wanted = raw.pop("language")
    accounts.change_user(database, me, raw, version=version, act=act())
    accounts.set_language(database, me, wanted, act=act())


def _wrong_password(form: FlaskForm, error: Forbidden | Refused, address: str) -> Answer:
    if isinstance(error, Refused):
        form.present.errors = [words_of(error)]
        return render_template("account/password.html", form=form), status_of(error)
    with edge.write() as database:
        sign_ins.note_failed_sign_in(database, email=current_user.email, address=address, at=clock.now())
    form.present.errors = [_("现在的密码不对。")]
    return render_template("account/password.html", form=form), 422


def _own_form(me: User | None) -> FlaskForm:
    """Filled with what was sent when ``me`` is None."""
    choices = [SelectChoice(*named) for named in LANGUAGE_NAMES.items()]
    default = me.language if me else language()
    more = {"language": lambda: SelectField(_("语言"), choices=choices, default=default)}
    values = {field.name: getattr(me, field.name) for field in OWN_FIELDS} if me else None
    # On this page other forms are sent too: what they send is not this form's.
    return make_form(OWN_FIELDS, values=values, more=more, sent=me is None)


def _token_form() -> FlaskForm:
    hint = _("说明给谁用，例如 教务系统同步。")
    return make_form((), more={"token_name": lambda: StringField(_("名称"), description=hint)})


def _password_form() -> FlaskForm:
    hint = _("至少 %(count)s 个字符。", count=SHORTEST_PASSWORD)
    controls = {
        "present": lambda: PasswordField(_("现在的密码")),
        "wanted": lambda: PasswordField(_("新密码"), description=hint),
        "again": lambda: PasswordField(_("再填一次新密码")),
    }
    return make_form((), more=controls)


def _page(
    database: Session,
    form: FlaskForm,
    token_form: FlaskForm,
    *,
    version: int | None = None,
    stale: Any = None,
) -> str:
    me = _me(database)
    here = partnership_of_page(database)
    return render_template(
        "account/index.html",
        me=me,
        form=form,
        token_form=token_form,
        version=me.version if version is None else version,
        stale=stale,
        tokens=[_token_words(token) for token in database.scalars(_live_tokens(me))],
        sign_ins=[_sign_in_words(row) for row in database.scalars(_live_sign_ins(me).limit(MOST_SIGN_INS))],
        sign_in_count=queries.count(database, _live_sign_ins(me)),
        partnerships=list(database.scalars(queries.visible_partnerships(viewer()))),
        partnership_id=here.id if here else None,
        may_administer=access.can_administer(viewer()),
    )


def _live_tokens(me: User) -> Any:
    tokens = select(ApiToken).where(ApiToken.user_id == me.id, ApiToken.revoked_at.is_(None))
    return tokens.order_by(ApiToken.created_at.desc(), ApiToken.id.desc())


def _live_sign_ins(me: User) -> Any:
    live = select(SignIn).where(SignIn.user_id == me.id, SignIn.expires_at > clock.now())
    return live.order_by(SignIn.created_at.desc(), SignIn.id.desc())


def _token_words(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "created": _moment(token.created_at),
        "used": _moment(token.last_used_at),
    }


def _sign_in_words(row: SignIn) -> dict[str, Any]:
    here = row.token_hash == hash_token(current_user.token)
    return {"created": _moment(row.created_at), "expires": _moment(row.expires_at), "here": here}


def _moment(instant: Any) -> str:
    return moment_words(instant, language(), zone(), year=True) if instant else ""
