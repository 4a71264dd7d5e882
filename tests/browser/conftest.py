"""A served application and a browser before it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server

from scheduler.app import create_app
from scheduler.config import Settings
from scheduler.db import Database
from tests.world import PASSWORD, World

CHROMIUM = os.environ.get("TONGTANG_TEST_CHROMIUM") or shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here need the browser; without one they say so."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def site(settings: Settings, database: Database, world: World) -> Iterator[str]:
    """The address of the application, served by waitress on a free port of this machine, forms guarded."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(replace(settings, base_url=address), database)
    server = create_server(app, sockets=[listener], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield address
    server.close()
    thread.join(timeout=10)


@pytest.fixture(params=["scripted", "plain"])
def context(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A phone-sized browser that prefers Chinese, with JavaScript and without."""
    context = browser.new_context(
        base_url=site,
        locale="zh-CN",
        viewport={"width": 390, "height": 844},
        java_script_enabled=request.param == "scripted",
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page whose failures in the console are failures of the test."""
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return page


def sign_in(page: Page, who: str) -> None:
    """Sign in as one of the world's users."""
    page.goto("/sign-in")
    page.fill("input[name=email]", f"{who.replace(' ', '.')}@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit], form.form button[type=submit]")
    page.wait_for_url("**/")
