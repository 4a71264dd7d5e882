"""The message catalogue: a Chinese sentence in, the same sentence in the wanted language out."""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
TRANSLATIONS = Path(__file__).parent.parent / "translations"


def say(language: str, message: str, **facts: Any) -> str:
    """``message`` (Chinese, with %(name)s places) in ``language``, filled with ``facts``."""
    words = message if language == "zh" else _catalogue(language).gettext(message)
    return words % facts if facts else words


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", TRANSLATIONS, languages=[language], fallback=True)
