"""Every kind of problem with its sentence: what the ``type`` of a problem document names."""

from __future__ import annotations

import re

from scheduler.wording import say
from scheduler.wording.sentences import SENTENCES

_PLACE = re.compile(r"%\((\w+)\)s")


def problem_kinds(language: str) -> list[tuple[str, str]]:
    """(code, sentence), the places for facts as […]."""
    return [(code, _PLACE.sub(r"[\1]", say(language, words))) for code, words in sorted(SENTENCES.items())]
