"""The application factory: settings and a database in, a Flask application out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from scheduler import api, web
from scheduler.config import Settings
from scheduler.db import Database
from scheduler.edge import set_up_edge

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PACKAGE = Path(__file__).parent


def create_app(settings: Settings, database: Database) -> Flask:
    """Pages at ``/``, the API at ``/api/v1``, feeds at ``/feeds``, health at ``/healthz``."""
    app = Flask("scheduler", template_folder=str(templates_folder()), static_folder=str(PACKAGE / "static"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=settings.max_body,
        MAX_FORM_MEMORY_SIZE=settings.max_body,
        MAX_FORM_PARTS=5_000,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        PREFERRED_URL_SCHEME="https" if settings.secure else "http",
        # A form that stood open over lunch is still good; the session itself ends elsewhere.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.ensure_ascii = True  # type: ignore[attr-defined]  # lone surrogates travel as \ud800
    if settings.trusted_proxy:
        app.wsgi_app = NamedProxy(app.wsgi_app, settings.trusted_proxy)  # type: ignore[method-assign]
    set_up_edge(app, settings=settings, database=database)
    csrf = web.set_up(app, settings, database)
    api.set_up(app)
    csrf.exempt(api.blueprint)
    return app


class NamedProxy:
    """Forwarded headers count from the proxy's own address; whoever comes past it is who they are."""

    def __init__(self, inner: WSGIApplication, address: str) -> None:
        self._inner, self._address = inner, address
        self._forwarded = ProxyFix(inner, x_for=1, x_proto=1, x_host=1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the peer deserves (waitress has then done the same before, with the same outcome)."""
        is_proxy = environ.get("REMOTE_ADDR") == self._address
        return (self._forwarded if is_proxy else self._inner)(environ, start_response)


def templates_folder() -> Path:
    """``templates/`` of the checkout, or the copy that stands inside an installed package."""
    installed = PACKAGE / "templates"
    return installed if installed.is_dir() else PACKAGE.parent / "templates"
