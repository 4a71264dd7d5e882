"""Every Chinese text that a page or a module may say has its English in some part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract

from tests.wording.test_english import parts

ROOT = Path(__file__).parents[2]
CONTEXT = (1, "c")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": (CONTEXT, 2),
    "lazy_pgettext": (CONTEXT, 2),
    "npgettext": (CONTEXT, 2, 3),
}


def said() -> Iterator[tuple[str, str | None, str]]:
    """(file, context, text) of each text that is translated when it is said."""
    for path in (*sorted(ROOT.glob("templates/**/*.html")), *sorted(ROOT.glob("scheduler/**/*.py"))):
        method = babel_extract if path.suffix == ".html" else "python"
        options = {"silent": "false"} if path.suffix == ".html" else {}
        for _line, text, _comments, context in extract_from_file(method, path, KEYWORDS, options=options):
            yield str(path.relative_to(ROOT)), context, text if isinstance(text, str) else text[0]


def test_every_text_of_pages_has_its_english() -> None:
    translated = {
        (message.context, message.id if isinstance(message.id, str) else message.id[0])
        for catalogue in parts().values()
        for message in catalogue
        if message.id and all([message.string] if isinstance(message.string, str) else message.string)
    }
    missing = [
        one
        for one in said()
        if re.search("[\u3000-\u9fff\uff00-\uffef]", one[2]) and one[1:] not in translated
    ]
    assert missing == []


def test_texts_are_found_in_templates_and_code_with_their_context() -> None:
    found = set(said())
    assert ("templates/series/_day.html", None, "规则不允许") in found
    assert ("scheduler/web/slots/answers.py", "heat", "规则不允许") in found
