"""Names that are kept in Chinese and that an English page can read all the same.

The statutory holidays of every year, and periods that are named by their number. What somebody else typed
stays as it was typed.
"""

from __future__ import annotations

import re

from scheduler.wording.catalogue import say

HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""As the State Council writes them."""
PERIOD = "第%(number)s节"
NUMBERED = re.compile(r"第 ?([0-9]{1,2}|[一二三四五六七八九]|十[一二]?) ?节(?!\w)")
NUMERALS = {words: number for number, words in enumerate([*"一二三四五六七八九十", "十一", "十二"], 1)}


def holiday_name(name: str, language: str) -> str:
    """国庆节, or National Day."""
    return say(language, name) if name in HOLIDAYS else name


def holiday_kept(typed: str) -> str:
    """The name under which a holiday is kept, typed in whichever language: 国庆节 for National Day."""
    plain = typed.replace("'", "’").casefold()
    return next((name for name in HOLIDAYS if holiday_name(name, "en").casefold() == plain), typed)


def period_name(words: str, language: str) -> str:
    """第3节 10:00–10:40, or Period 3 10:00–10:40: a period's name, or a text that names some."""
    return words if language == "zh" else NUMBERED.sub(_numbered, words)


def period_words(first: int, last: int | None, language: str) -> str:
    """第3节, or 第3节–第4节: lessons of a day, counted from 1."""
    numbers = dict.fromkeys([first, last or first])
    return "–".join(say(language, PERIOD, number=number) for number in numbers)


def _numbered(found: re.Match[str]) -> str:
    return period_words(int(NUMERALS.get(found[1], found[1])), None, "en")
