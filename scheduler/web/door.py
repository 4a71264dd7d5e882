"""The door: who is signed in; every page is closed unless it says ``public``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user

from scheduler import clock, edge
from scheduler.domain.access import Viewer, viewer_of
from scheduler.domain.accounts import set_language
from scheduler.domain.act import Act
from scheduler.domain.sign_ins import user_of_sign_in
from scheduler.models.users import User

View = TypeVar("View", bound=Callable[..., Any])
_PUBLIC = "tongtang_public"


@dataclass
class SignedIn(UserMixin):
    """The account behind a request. Its id for Flask-Login is the sign-in's token: session and remember
    cookie alike die with the row in ``sign_in``, so signing out, a new password or a lost role end both.
    """

    token: str
    user_id: int
    name: str
    email: str
    language: str
    zone: str
    viewer: Viewer

    def get_id(self) -> str:
        """The token."""
        return self.token


def public(view: View) -> View:
    """Mark a view that needs no sign-in."""
    setattr(view, _PUBLIC, True)
    return view


def is_public(app: Flask, endpoint: str) -> bool:
    """Static files, what is marked, the two preferences, and the API (which asks for its own token)."""
    if endpoint == "static" or endpoint.split(".")[0] in ("api", "preferences"):
        return True
    return getattr(app.view_functions[endpoint], _PUBLIC, False)


def set_up_door(app: Flask) -> None:
    """Load the signed-in account, and send everybody else to the sign-in page."""
    manager = LoginManager(app)
    manager.session_protection = None  # the sign-in row is the session; an address may change on the way
    manager.user_loader(load_signed_in)

    @app.before_request
    def take_texts_only() -> None:
        # WTForms would take JSON and files for what was typed; our fields expect text.
        is_page = request.endpoint is not None and request.blueprint != "api"
        if is_page and request.method == "POST" and (request.is_json or request.files):
            abort(400)

    @app.before_request
    def keep_out() -> Any:
        if request.endpoint is None or is_public(current_app, request.endpoint):
            return None
        if current_user.is_authenticated:
            return None
        if request.method != "GET":
            abort(401)
        return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")))


def viewer() -> Viewer:
    """What the signed-in account may do."""
    return current_user.viewer


def act() -> Act:
    """This request as the domain is told of it."""
    return Act(user_id=current_user.user_id, at=clock.now(), via="web")


def zone() -> str:
    """The zone that times are shown and typed in."""
    return current_user.zone if current_user.is_authenticated else "Asia/Shanghai"


def stored_language() -> str | None:
    """The signed-in account's language."""
    return current_user.language if current_user.is_authenticated else None


def store_language(language: str) -> None:
    """Keep the language with the account."""
    if not current_user.is_authenticated:
        return
    with edge.write() as session:
        set_language(session, session.get_one(User, current_user.user_id), language, act=act())
    current_user.language = language


def load_signed_in(token: str) -> SignedIn | None:
    """The account signed in with this token, or None."""
    with edge.read() as session:
        user = user_of_sign_in(session, token, at=clock.now())
        if user is None:
            return None
        return SignedIn(token, user.id, user.name, user.email, user.language, user.zone, viewer_of(user))
