"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired

from scheduler import clock, edge
from scheduler.domain import sign_ins
from scheduler.domain.act import Act
from scheduler.errors import Forbidden, Refused
from scheduler.web.door import load_signed_in, public
from scheduler.web.failures import status_of, words_of
from scheduler.web.own_pages import own_page

blueprint = Blueprint("sign_in", __name__)


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = EmailField(_("电子邮箱"), [DataRequired(_("请填写这一项。"))])
    password = PasswordField(_("密码"), [DataRequired(_("请填写这一项。"))])
    remember = BooleanField(_("在这台设备上保持登录 30 天"))
    next = HiddenField()


@blueprint.get("/sign-in")
@public
def form() -> str | Response:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(url_for("home.today"))
    return render_template("sign_in/form.html", form=SignInForm(next=request.args.get("next", "")))


@blueprint.post("/sign-in")
@public
def sign_in() -> str | Response | tuple[str, int]:
    """Check the password; go on to the page that was asked for."""
    form = SignInForm()
    if not form.validate():
        return render_template("sign_in/form.html", form=form), 422
    try:
        token = _open(form.email.data, form.password.data)
    except (Forbidden, Refused) as error:
        if isinstance(error, Forbidden):
            _note_failure(form.email.data)
        form.password.errors = [words_of(error)]
        status = 422 if isinstance(error, Forbidden) else status_of(error)
        return render_template("sign_in/form.html", form=form), status
    session.clear()
    login_user(load_signed_in(token), remember=form.remember.data)
    return redirect(own_page(form.next.data), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this sign-in; its cookies are worth nothing from now on."""
    if current_user.is_authenticated:
        with edge.write() as database:
            sign_ins.sign_out(database, current_user.token)
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.form"), 303)


def _open(email: str, password: str) -> str:
    now, address = clock.now(), request.remote_addr or ""
    with edge.read() as database:
        user = sign_ins.authenticate(database, email=email, password=password, address=address, at=now)
    with edge.write() as database:
        return sign_ins.open_sign_in(database, user, act=Act(user_id=user.id, at=now, via="web"))


def _note_failure(email: str) -> None:
    with edge.write() as database:
        sign_ins.note_failed_sign_in(database, email=email, address=request.remote_addr or "", at=clock.now())
