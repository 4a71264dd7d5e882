"""npm's packages of package-lock.json, installed once for each lock."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from scheduler.assets import npm_command

ROOT = Path(__file__).parents[2]
INPUTS = ("package.json", "package-lock.json", ".npmrc")


def install_node_modules(cache: Path) -> tuple[str, Path]:
    """node's path, and the folder whose node_modules hold what tests need; kept in ``cache``.

    Several test processes may ask at once. Raises AssetError where there is no npm at all.
    """
    command, environ = npm_command()
    node = shutil.which("node", path=environ["PATH"]) or command[0]
    key = hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in INPUTS)).hexdigest()[:16]
    target = cache / key
    with FileLock(cache / "lock"):
        if not (target / "done").exists():
            _npm_ci(command, environ, target)
    return node, target


def _npm_ci(command: list[str], environ: dict[str, str], target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in INPUTS:
        shutil.copy(ROOT / name, target / name)
    done = subprocess.run(
        [*command, "ci", "--ignore-scripts", "--include=dev"],
        cwd=target,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (target / "done").touch()
