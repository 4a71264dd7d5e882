"""Chinese first, English second, both complete."""

from __future__ import annotations

import re
import string
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from scheduler.wording.catalogue import TRANSLATIONS
from scheduler.wording.labels import LABELS
from scheduler.wording.sentences import SENTENCES
from tests.wording.source import field_words

PLACE = re.compile(r"%\(\w+\)[sd]")
ALLOWED_CHINESE = re.compile(r"专递课堂|名师课堂|名校网络课堂|七年级\(3\)班")
"""Names that an English reader needs as they are."""


@cache
def parts() -> dict[str, Catalog]:
    """file → its catalogue, for every part of the English translation."""
    found = {}
    for path in sorted((TRANSLATIONS / "en" / "LC_MESSAGES" / "parts").glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale="en", abort_invalid=True)
    return found


def own_words() -> set[str]:
    """Every Chinese text of wording and of the domain's fields."""
    labels = {words for names in LABELS.values() for words in names.values()}
    return labels | set(SENTENCES.values()) | field_words()


@cache
def wording() -> dict[str, Message]:
    """Chinese → message, for every own text that some part translates."""
    own = own_words()
    return {m.id: m for catalogue in parts().values() for m in catalogue if m.id in own and m.string}


def test_every_text_of_wording_and_fields_has_its_english() -> None:
    assert own_words() - set(wording()) == set()


def test_nothing_is_translated_that_nobody_says() -> None:
    assert {message.id for message in parts()["wording.po"] if message.id} - own_words() == set()


def test_places_are_the_same_in_both_languages() -> None:
    different = [
        zh
        for zh, message in wording().items()
        if sorted(PLACE.findall(zh)) != sorted(PLACE.findall(message.string))
    ]
    assert different == []


def test_texts_with_places_are_marked_so() -> None:
    assert [zh for zh, message in wording().items() if message.python_format != bool(PLACE.search(zh))] == []


def test_english_is_english() -> None:
    chinese = [
        message.string
        for message in wording().values()
        if re.search(r"[\u3000-\u9fff\uff00-\uffef]", ALLOWED_CHINESE.sub("", message.string))
    ]
    assert chinese == []


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_ends_as_one(code: str) -> None:
    english = wording()[SENTENCES[code]].string
    assert SENTENCES[code].endswith("。")
    assert english.endswith(".")
    assert english[0] in string.ascii_uppercase + "“%"


def test_no_two_parts_translate_a_text_differently() -> None:
    seen: dict[object, tuple[str, object]] = {}
    clashes = []
    for name, catalogue in parts().items():
        for message in catalogue:
            if not message.id:
                continue
            first = seen.setdefault((message.context, message.id), (name, message.string))
            if first[1] != message.string:
                clashes.append((message.id, first, (name, message.string)))
    assert clashes == []


def test_two_options_of_one_choice_read_differently_in_english() -> None:
    english = wording()
    same = [
        name
        for name, labels in LABELS.items()
        if len({english[zh].string for zh in labels.values()}) != len(labels)
    ]
    assert same == []
