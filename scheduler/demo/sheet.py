"""``demo.json``: how a person or a script comes into the demo; it also marks an instance as a demo."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scheduler.demo.fill import Sheet

NAME = "demo.json"


def write_sheet(instance: Path, sheet: Sheet, *, base_url: str) -> dict[str, Any]:
    """Write ``demo.json`` (readable by its owner alone) and answer what stands in it."""
    content = {
        "url": base_url,
        "accounts": [asdict(account) for account in sheet.accounts],
        "api_token": sheet.api_token,
        "feeds": {name: f"{base_url}/feeds/{token}.ics" for name, token in sheet.feeds.items()},
    }
    _replace(instance / NAME, content)
    return content


def read_sheet(instance: Path) -> dict[str, Any] | None:
    """What stands in ``demo.json``; None when there is none, or it is none of ours."""
    try:
        content = json.loads((instance / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(content, dict) and {"url", "accounts", "api_token", "feeds"} <= content.keys()
    return content if known else None


def move_sheet(instance: Path, content: dict[str, Any], *, base_url: str) -> dict[str, Any]:
    """The sheet for another address: the same secrets; nothing is written when the address is the same."""
    before = content["url"]
    if before == base_url:
        return content
    feeds = {name: base_url + url.removeprefix(before) for name, url in content["feeds"].items()}
    content = {**content, "url": base_url, "feeds": feeds}
    _replace(instance / NAME, content)
    return content


def remove_sheet(instance: Path) -> None:
    """Delete ``demo.json``."""
    (instance / NAME).unlink(missing_ok=True)


def _replace(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, and never readable by others on the way."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.write("\n")
    fresh.replace(path)
