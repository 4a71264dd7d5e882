"""Who does something, when, and through which door: told to every verb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Door = Literal["web", "api", "cli", "demo", "job"]


@dataclass(frozen=True)
class Act:
    """``at`` is an aware UTC instant; ``user_id`` None is the product itself."""

    user_id: int | None
    at: datetime
    via: Door
