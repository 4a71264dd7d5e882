"""Resident memory of the serving process after everybody has been everywhere, over HTTP."""

from __future__ import annotations

import http.cookiejar
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.ratio import Ratio

GOAL_MB = 150
MOST_PAGES = 120
"""Pages that each account opens."""
POLLS = 200
"""Times that each feed is fetched."""
LINK = re.compile(r'href="(/[^"#]*)"')
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def run() -> Iterator[Ratio]:
    """Memory after the journeys, against the goal."""
    with tempfile.TemporaryDirectory(prefix="tongtang-memory-") as folder:
        process, sheet = start(Path(folder))
        try:
            before = resident_mb(process.pid)
            pages = sum(walk(sheet["url"], account) for account in sheet["accounts"])
            answers = poll(sheet)
            after = resident_mb(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)
    yield Ratio(
        name=f"memory of the server after {pages} pages and {answers} polls ({before:.0f} MB at the start)",
        measured=after,
        against=GOAL_MB,
        against_name="goal",
        unit="MB",
        at_most=1,
    )


def start(instance: Path) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """A serving demo on a free port, and its sheet."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "scheduler.cli",
        "demo",
        "--port",
        str(port),
        "--instance",
        str(instance),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                break
        except OSError:
            time.sleep(0.1)
    return process, json.loads((instance / "demo.json").read_text(encoding="utf-8"))


def resident_mb(pid: int) -> float:
    """Resident set of the process, megabytes of 10⁶ octets."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def walk(base: str, account: dict[str, str]) -> int:
    """Sign in and follow links, each once, nearest first; answers how many pages were opened."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )
    form = get(opener, f"{base}/sign-in")
    token = CSRF.search(form)
    fields = {
        "csrf_token": token[1] if token else "",
        "email": account["email"],
        "password": account["password"],
    }
    opener.open(f"{base}/sign-in", urllib.parse.urlencode(fields).encode()).close()
    waiting, seen = deque(["/"]), {"/"}
    opened = 0
    while waiting and opened < MOST_PAGES:
        page = get(opener, base + waiting.popleft())
        opened += 1
        links = {link.replace("&amp;", "&") for link in LINK.findall(page) if "/static/" not in link}
        waiting.extend(sorted(links - seen))
        seen |= links
    return opened


def get(opener: urllib.request.OpenerDirector, url: str) -> str:
    """The page's text; what is refused counts as opened too."""
    try:
        with opener.open(url, timeout=30) as answer:
            return str(answer.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        error.close()
        return ""


def poll(sheet: dict[str, Any]) -> int:
    """Fetch every feed and a list of the API many times."""
    addresses = [*sheet["feeds"].values(), f"{sheet['url']}/api/v1/bookings"]
    headers = {"Authorization": f"Bearer {sheet['api_token']}"}
    opener = urllib.request.build_opener()
    for address in addresses:
        for _ in range(POLLS):
            request = urllib.request.Request(address, headers=headers)
            with opener.open(request, timeout=30) as answer:
                answer.read()
    return POLLS * len(addresses)
