"""Serving: what is refused before it starts, and an end that loses no answer."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from scheduler import server
from scheduler.cli.instance import address_words, settings_of
from scheduler.config import load_settings
from scheduler.db import Database
from scheduler.errors import Refused
from tests.cli.conftest import Run, Serve, free_port


def test_a_process_ends_well_on_either_signal(instance: Path, serving: Serve) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        process = serving("serve", "--instance", instance)
        process.wait_until_healthy()
        assert process.stop(number) == 0
        lines = [json.loads(line) for line in process.log.splitlines()]
        assert [line["event"] for line in lines if line["event"] != "request"] == [
            "serving",
            "stopping",
            "stopped",
        ]
        assert not Path(f"{instance / 'tongtang.sqlite'}-wal").exists(), "the database was closed"


def test_a_second_process_on_the_same_file_is_refused(instance: Path, serving: Serve, run: Run) -> None:
    process = serving("serve", "--instance", instance)
    process.wait_until_healthy()
    sentence = (
        f"已有一个进程在使用 {instance / 'tongtang.sqlite'}。请先停止它，或用 --instance 换一个文件夹。\n"
    )
    for command in (
        ["serve", "--port", str(free_port())],
        ["demo", "--no-serve"],
        ["demo", "--no-serve", "--reset"],
        ["db", "upgrade"],
    ):
        result = run(*command, "--instance", instance)
        assert (result.exit_code, result.stderr) == (2, sentence)
    process.wait_until_healthy()
    assert process.stop() == 0


def test_a_port_in_use_is_told(instance: Path, run: Run) -> None:
    with server.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port), "--instance", instance)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"不能在 127.0.0.1:{port} 上提供服务（")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 300, "203.0.113.7"])
def test_a_host_that_is_not_ours_is_told(host: str, instance: Path, run: Run) -> None:
    result = run("serve", "--host", host, "--port", str(free_port()), "--instance", instance)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"不能在 {host}:")


def test_an_instance_without_a_database_is_told_and_left_empty(tmp_path: Path, run: Run) -> None:
    result = run("serve", "--port", str(free_port()), "--instance", tmp_path / "new")
    assert (result.exit_code, result.stderr) == (2, "数据库还没有建立。请先运行 tongtang db upgrade。\n")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret.key"]


def test_a_newer_database_is_told(instance: Path, run: Run) -> None:
    database = Database(f"sqlite:///{instance / 'tongtang.sqlite'}")
    head = database.head()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    sentence = f"数据库是 9999 版，比程序的 {head} 版新。请使用新版的程序。\n"
    for command in (["serve", "--port", str(free_port())], ["db", "upgrade"], ["demo", "--no-serve"]):
        result = run(*command, "--instance", instance)
        assert (result.exit_code, result.stderr) == (2, sentence)


def test_an_older_database_is_told(instance: Path) -> None:
    database = Database(f"sqlite:///{instance / 'tongtang.sqlite'}")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(Refused) as refused:
        server.require_current_schema(database)
    database.close()
    assert refused.value.code == "database.outdated"


def slow_app(began: threading.Event, seconds: float, length: int) -> Flask:
    """Answers ``length`` octets after ``seconds``."""
    app = Flask("slow")

    @app.get("/")
    def slow() -> bytes:
        began.set()
        time.sleep(seconds)
        return b"x" * length

    return app


def serve_and_stop(
    tmp_path: Path, seconds: float, *, patience: float, signals: int = 1
) -> tuple[int | None, float]:
    """(length of the answer that was being made at the signal, None when it was cut; seconds to the end)."""
    settings = load_settings(instance=tmp_path / "slow", environ={"TONGTANG_THREADS": "2"})
    began, answers = threading.Event(), []
    bound = server.listen("127.0.0.1", 0)
    port = bound.getsockname()[1]
    app = slow_app(began, seconds, 5_000_000)
    serving = server.Server(app, bound, settings, patience=patience)
    loop = threading.Thread(target=serving.run)
    loop.start()

    def ask() -> None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
                answers.append(len(answer.read()))
        except OSError:
            answers.append(None)

    client = threading.Thread(target=ask)
    client.start()
    assert began.wait(10)
    stopped_at = time.monotonic()
    for _ in range(signals):
        serving.stop()
    time.sleep(0.3)
    with closing(socket.socket()) as late, pytest.raises(ConnectionRefusedError):
        late.connect(("127.0.0.1", port))
    loop.join(20)
    took = time.monotonic() - stopped_at
    client.join(20)
    return answers[0], took


def test_a_running_request_gets_its_whole_answer(tmp_path: Path) -> None:
    length, took = serve_and_stop(tmp_path, 1.5, patience=15)
    assert length == 5_000_000
    assert took < 6


def test_patience_ends(tmp_path: Path) -> None:
    length, took = serve_and_stop(tmp_path, 6, patience=0.5)
    assert length is None
    assert took < 5


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    length, took = serve_and_stop(tmp_path, 6, patience=30, signals=2)
    assert length is None
    assert took < 5


def test_an_idle_connection_does_not_hold_up_the_end(instance: Path, serving: Serve) -> None:
    process = serving("serve", "--instance", instance)
    process.wait_until_healthy()
    with closing(socket.create_connection(("127.0.0.1", int(process.url.rsplit(":", 1)[1])))):
        began = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - began < 10


def test_links_follow_the_address_served_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = settings_of(tmp_path, host="lessons.example", port=8123)
    assert named.base_url == "http://lessons.example:8123"
    assert named.trusted_hosts == ("lessons.example", "127.0.0.1", "localhost")
    assert settings_of(tmp_path).base_url == "http://127.0.0.1:8000"
    assert address_words("::1", 80) == "[::1]:80"
    assert not address_words("0.0.0.0", 80).startswith("0.0.0.0")
    monkeypatch.setenv("TONGTANG_BASE_URL", "https://lessons.example.org")
    assert settings_of(tmp_path, host="0.0.0.0", port=8123).base_url == "https://lessons.example.org"


@pytest.mark.parametrize("value", ["many", "0", "-1", "1.5", "８"])
def test_a_setting_that_is_no_number_is_told(
    value: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGTANG_THREADS", value)
    result = run("db", "upgrade", "--instance", tmp_path)
    assert (result.exit_code, result.stderr) == (2, "TONGTANG_THREADS 应是大于零的整数。\n")


def test_an_instance_that_is_a_file_is_told(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("TONGTANG_INSTANCE", str(tmp_path / "file"))
    result = run("db", "upgrade")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"不能使用文件夹 {tmp_path / 'file'}（")


def test_a_database_that_is_away_is_told_without_its_password(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql+psycopg://user:pass-{'word'}@127.0.0.1:{free_port()}/none"
    monkeypatch.setenv("TONGTANG_DATABASE_URL", url)
    result = run("serve", "--port", str(free_port()), "--instance", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == "连不上数据库。请检查 TONGTANG_DATABASE_URL，以及数据库是否在运行。\n"


def test_a_request_on_its_way_at_the_signal_is_answered(instance: Path, serving: Serve) -> None:
    process = serving("serve", "--instance", instance)
    process.wait_until_healthy()
    with closing(socket.create_connection(("127.0.0.1", int(process.url.rsplit(":", 1)[1])))) as client:
        client.settimeout(10)
        head = f"GET /healthz HTTP/1.1\r\nHost: {process.url.removeprefix('http://')}\r\n"
        client.sendall(head.encode())
        time.sleep(0.5)
        process.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.process.poll() is None
        client.sendall(b"Connection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b'{"status":"ok"}\n')
    assert process.process.wait(timeout=10) == 0
