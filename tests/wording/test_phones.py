"""Phones as they are shown: never whole."""

from __future__ import annotations

import pytest

from scheduler.wording.phones import masked_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800138000", "138****8000"),
        ("138 0013 8000", "138****8000"),
        ("138-0013-8000", "138****8000"),
        ("+86 138 0013 8000", "861****8000"),
        ("010-8888 6666", "010****6666"),
        ("8888666", "8****66"),
        ("12345", "1****45"),
        ("", ""),
        ("+ -", ""),
    ],
)
def test_enough_to_tell_two_people_apart(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown
