"""Headers of every answer, and static files that browsers keep."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask, Response, url_for

from scheduler.web.headers import CONTENT_SECURITY_POLICY, set_up_headers
from scheduler.web.static_files import set_up_static_files

CSS = "body { color: #123456; }\n" * 50


def _app(folder, *, secure: bool) -> Flask:
    (folder / "a.css").write_text(CSS, encoding="ascii")
    (folder / "a.png").write_bytes(b"\x89PNG")
    app = Flask("headers", static_folder=str(folder), static_url_path="/static")
    set_up_headers(app, secure=secure)
    set_up_static_files(app)
    app.add_url_rule("/page", "page", view_func=lambda: "page")
    app.add_url_rule("/address", "address", view_func=lambda: url_for("static", filename="a.css"))
    kept = {"Cache-Control": "private, max-age=300"}
    app.add_url_rule("/feed", "feed", view_func=lambda: Response("feed", headers=kept))
    return app


@pytest.fixture
def client(tmp_path):
    return _app(tmp_path, secure=False).test_client()


def test_page_may_load_nothing_foreign_and_is_not_stored(client):
    headers = client.get("/page").headers

    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_errors_carry_the_headers_too(client):
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_tls_is_remembered_only_where_there_is_tls(tmp_path):
    headers = _app(tmp_path, secure=True).test_client().get("/page").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_view_keeps_its_own_cache_rule(client):
    assert client.get("/feed").headers["Cache-Control"] == "private, max-age=300"


def test_static_file_is_compressed_and_kept_for_a_year(client):
    address = client.get("/address").text
    answer = client.get(address, headers={"Accept-Encoding": "gzip, br"})

    assert re.fullmatch(r"/static/a\.css\?v=[0-9a-f]+", address)
    assert gzip.decompress(answer.data).decode() == CSS
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_static_file_stays_plain_for_those_who_ask_for_it_so(client):
    answer = client.get("/static/a.css")
    assert (answer.text, answer.headers.get("Content-Encoding")) == (CSS, None)
    assert answer.headers["Cache-Control"] == "no-cache"
    answer.close()


def test_unchanged_static_file_is_not_sent_again(client):
    first = client.get("/static/a.css", headers={"Accept-Encoding": "gzip"})
    again = client.get(
        "/static/a.css", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_picture_is_not_compressed_again(client):
    answer = client.get("/static/a.png", headers={"Accept-Encoding": "gzip"})
    assert (answer.data, answer.headers.get("Content-Encoding")) == (b"\x89PNG", None)
    answer.close()


@pytest.mark.parametrize("name", ["../headers.py", "none.css"])
def test_missing_static_file_is_not_found(client, name):
    assert client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}).status_code == 404
