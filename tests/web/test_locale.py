"""Which language and theme a viewer gets, and the switches that keep them."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask_babel import gettext

from scheduler.web.locale import language, set_up_locale, theme
from scheduler.web.own_pages import own_page


class Account:
    """The language kept with a signed-in user."""

    def __init__(self) -> None:
        self.language: str | None = None

    def keep(self, language: str) -> None:
        self.language = language


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def app(account):
    app = Flask("locale")
    app.config.update(SESSION_COOKIE_SECURE=False)
    set_up_locale(app, stored_language=lambda: account.language, store_language=account.keep)
    app.add_url_rule("/now", "now", view_func=lambda: f"{language()} {gettext('今天')} {theme()}")
    app.add_url_rule("/only-post", "only_post", view_func=lambda: "", methods=["POST"])
    app.add_url_rule("/folder/", "folder", view_func=lambda: "")
    return app


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "zh 今天 auto"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh 今天 auto"),
        ("en-US,en;q=0.9", "en Today auto"),
        ("fr", "zh 今天 auto"),
        ("fr,en;q=0.5", "en Today auto"),
    ],
)
def test_browser_decides_first(app, header, expected):
    headers = {"Accept-Language": header} if header else {}
    assert app.test_client().get("/now", headers=headers).text == expected


def test_cookie_beats_browser_and_account_beats_cookie(app, account):
    client = app.test_client()
    client.set_cookie("language", "en")
    assert client.get("/now", headers={"Accept-Language": "zh"}).text == "en Today auto"
    account.language = "zh"
    assert client.get("/now").text == "zh 今天 auto"


def test_unknown_values_of_cookies_are_ignored(app):
    client = app.test_client()
    client.set_cookie("language", "<b>")
    client.set_cookie("theme", "neon")
    assert client.get("/now").text == "zh 今天 auto"


def test_switch_keeps_language_for_a_year_and_returns(app, account):
    answer = app.test_client().post("/language", data={"language": "en", "next": "/now?day=2018-12-06"})
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["language"]

    assert (answer.status_code, answer.location) == (303, "/now?day=2018-12-06")
    assert (cookie.value, cookie["max-age"], cookie["samesite"], cookie["path"]) == (
        "en",
        "31536000",
        "Lax",
        "/",
    )
    assert account.language == "en"


def test_switch_keeps_theme(app):
    client = app.test_client()
    assert client.post("/theme", data={"theme": "dark", "next": "/now"}).location == "/now"
    assert client.get("/now").text == "zh 今天 dark"


@pytest.mark.parametrize(
    ("path", "data"), [("/language", {"language": "fr"}), ("/language", {}), ("/theme", {"theme": "x"})]
)
def test_unknown_choice_is_refused(app, account, path, data):
    answer = app.test_client().post(path, data=data)
    assert (answer.status_code, answer.headers.get("Set-Cookie"), account.language) == (400, None, None)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/now?a=1", "/now?a=1"),
        ("/folder", "/folder"),
        (None, "/"),
        ("", "/"),
        ("https://elsewhere.invalid/", "/"),
        ("//elsewhere.invalid/now", "/"),
        ("/\\elsewhere.invalid", "/"),
        ("/\t/elsewhere.invalid", "/"),
        ("/now\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("/only-post", "/"),
        ("/unknown", "/"),
    ],
)
def test_return_stays_on_own_readable_pages(app, target, expected):
    with app.test_request_context("/now"):
        assert own_page(target) == expected
