"""The command line: called in this process, or as a process of its own where signals and locks matter."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from socket import socket

import pytest
from click.testing import CliRunner, Result

from scheduler.cli import main

COMMAND = [sys.executable, "-W", "error", "-m", "scheduler.cli"]
ROOT = Path(__file__).parents[2]
ENVIRON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("TONGTANG_")},
    "LANG": "zh_CN.UTF-8",
    "LC_ALL": "",
    "PYTHONUTF8": "1",
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's own, a Chinese locale."""
    for name in os.environ:
        if name.startswith("TONGTANG_"):
            monkeypatch.delenv(name)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")


Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Call the command line in this process; ``run("db", "upgrade", input=…)``."""

    def call(*arguments: str | Path, **options: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments], **options)  # type: ignore[arg-type]
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with the demo in it, that tests copy."""
    folder = tmp_path_factory.mktemp("demo-instance")
    done = subprocess.run(
        [*COMMAND, "demo", "--no-serve", "--instance", folder],
        env=ENVIRON,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture
def instance(demo_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the demo instance."""
    return Path(shutil.copytree(demo_template, tmp_path / "instance"))


class Serving:
    """A serving process and what it wrote."""

    def __init__(self, *arguments: str | Path, port: int, errors: Path, environ: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.errors = errors
        with errors.open("w") as stderr:
            self.process = subprocess.Popen(
                [*COMMAND, *map(str, arguments), "--port", str(port)],
                env={**ENVIRON, **environ},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    def wait_until_healthy(self) -> None:
        """Until it answers, or is over."""
        for _ in range(300):
            if self.process.poll() is not None:
                raise AssertionError(self.log)
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("not healthy after 30 s: " + self.log)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    @property
    def log(self) -> str:
        """Standard error so far."""
        return self.errors.read_text(encoding="utf-8")


def free_port() -> int:
    """A port that nobody listens at."""
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Serve = Callable[..., Serving]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serve]:
    """Start serving processes; those that still run at the end are stopped."""
    started: list[Serving] = []

    def start(
        *arguments: str | Path, port: int | None = None, environ: dict[str, str] | None = None
    ) -> Serving:
        errors = tmp_path / f"errors-{len(started)}.log"
        process = Serving(*arguments, port=port or free_port(), errors=errors, environ=environ or {})
        started.append(process)
        return process

    yield start
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()
