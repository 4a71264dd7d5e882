"""The viewer's language, and light or dark: how they are chosen, kept and switched, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import flask_babel
from flask import Blueprint, Flask, abort, current_app, has_request_context, redirect, request
from werkzeug.wrappers import Response

from scheduler.web.own_pages import own_page
from scheduler.wording import LANGUAGES

THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600

preferences = Blueprint("preferences", __name__)


def set_up_locale(
    app: Flask,
    *,
    stored_language: Callable[[], str | None] = lambda: None,
    store_language: Callable[[str], None] = lambda language: None,
) -> None:
    """Chinese first, English second. ``stored_language`` is the signed-in user's choice ("zh", "en" or None);
    ``store_language`` keeps a new one for the signed-in user, and does nothing where nobody is signed in.
    """
    app.extensions["tongtang.language"] = (stored_language, store_language)
    flask_babel.Babel(
        app,
        default_locale="zh",
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(Path(__file__).parents[1] / "translations"),
        locale_selector=choose_language,
    )
    app.register_blueprint(preferences)
    app.context_processor(
        lambda: {"language": language(), "theme": theme(), "here": here(), "name_of": name_of}
    )


def choose_language() -> str:
    """The user's stored language, else the cookie's, else the browser's, else Chinese."""
    stored, _ = current_app.extensions["tongtang.language"]
    for choice in (stored(), request.cookies.get("language")):
        if choice in LANGUAGES:
            return choice
    return request.accept_languages.best_match(LANGUAGES, "zh")


def language() -> str:
    """The language of this answer, as scheduler.wording takes it: "zh" or "en"."""
    locale = flask_babel.get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def joined(words: Iterable[str]) -> str:
    """A list as people write it, without what is empty."""
    return ("、" if language() == "zh" else ", ").join(word for word in words if word)


def name_of(row: Any) -> str:
    """What the row is called in the viewer's language; by its own name where it has no English one."""
    return (language() == "en" and getattr(row, "name_en", "")) or row.name


def theme() -> str:
    """ "auto" follows the viewer's system."""
    choice = request.cookies.get("theme") if has_request_context() else None
    return choice if choice in THEMES else "auto"


def here() -> str:
    """This page's path and query, for forms that come back to it."""
    return request.full_path.rstrip("?") if has_request_context() else "/"


@preferences.post("/language")
def language_switch() -> Response:
    """Keep the language in a cookie for a year, and with the user who is signed in."""
    choice = _choice("language", LANGUAGES)
    current_app.extensions["tongtang.language"][1](choice)
    return _back_with_cookie("language", choice)


@preferences.post("/theme")
def theme_switch() -> Response:
    """Keep light, dark or auto in a cookie for a year."""
    return _back_with_cookie("theme", _choice("theme", THEMES))


def _choice(name: str, known: tuple[str, ...]) -> str:
    value = request.form.get(name, "")
    return value if value in known else abort(400)


def _back_with_cookie(name: str, value: str) -> Response:
    answer = redirect(own_page(request.form.get("next")), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return answer
