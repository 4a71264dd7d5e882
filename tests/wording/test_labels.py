"""Every value of every enumeration has a name."""

from __future__ import annotations

from enum import StrEnum

import pytest
from sqlalchemy import Enum

from scheduler.models import (
    Base,
    audit,
    bookings,
    feeds,
    holidays,
    openings,
    places,
    records,
    resources,
    school_time,
    subjects,
    users,
    weekdays,
)
from scheduler.wording.labels import LABELS, label


def enums() -> list[type[StrEnum]]:
    """The enumerations that the models declare, each once."""
    found = {
        value
        for module in (
            audit,
            bookings,
            feeds,
            holidays,
            openings,
            places,
            records,
            resources,
            school_time,
            subjects,
            users,
            weekdays,
        )
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
    }
    return sorted(found, key=lambda enum: enum.__name__)


@pytest.mark.parametrize("enum", enums(), ids=lambda enum: enum.__name__)
def test_every_member_has_a_label_and_no_label_is_dead(enum: type[StrEnum]) -> None:
    assert list(LABELS[enum.__name__]) == [member.value for member in enum]
    assert [label("zh", member) for member in enum] == list(LABELS[enum.__name__].values())


def test_no_enumeration_has_labels_only() -> None:
    assert set(LABELS) == {enum.__name__ for enum in enums()}


def test_every_column_of_words_is_one_of_them() -> None:
    columns = {
        column.type.enum_class
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum)
    }
    assert columns - set(enums()) == set()


def test_labels_of_one_enumeration_differ() -> None:
    same = [name for name, labels in LABELS.items() if len(set(labels.values())) != len(labels)]
    assert same == []
