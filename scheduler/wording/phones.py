"""Phone numbers as pages and the API show them: enough to tell two people apart, not enough to call."""

from __future__ import annotations


def masked_phone(phone: str) -> str:
    """138****8000 for 138 0013 8000; a short number keeps its first and its last two digits."""
    digits = "".join(character for character in phone if character.isdigit())
    if not digits:
        return ""
    kept = (3, 4) if len(digits) >= 11 else (1, 2)
    return f"{digits[: kept[0]]}****{digits[-kept[1] :]}"
