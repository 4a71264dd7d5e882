"""What the product's own source says: the codes that it raises, and the Chinese names of its fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SCHEDULER = Path(__file__).parents[2] / "scheduler"
# The paths of the host's fields look like codes and are none.
CODE = re.compile(r"(?!host\.)[a-z_]+\.[a-z_]+")
RAISED_BY = {"Problem": 1, "Bad": 0, "Refused": 0, "NotFound": 0, "Forbidden": 0, "TongtangError": 0}
"""Which argument of each call is the code."""


def modules(folder: str = "") -> Iterator[tuple[str, ast.Module]]:
    """(path within the package, tree) of every module of the product."""
    for path in sorted((SCHEDULER / folder).rglob("*.py")):
        if "versions" not in path.parts:
            yield str(path.relative_to(SCHEDULER)), ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST) -> Iterator[str]:
    """Every string constant under ``node``."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def raised_codes() -> dict[str, str]:
    """code → a module that raises it: literal codes of calls, and codes that the domain hands around."""
    found: dict[str, str] = {}
    for path, tree in modules():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            place = RAISED_BY.get(_name(call))
            if _name(call) == "__init__" and path in ("errors.py", "feeds/event.py"):
                place = 0
            if place is not None and len(call.args) > place:
                found |= {text: path for text in texts(call.args[place]) if CODE.fullmatch(text)}
    for path, tree in modules("domain"):
        found |= {text: path for text in texts(tree) if CODE.fullmatch(text)}
    return found


def known_facts() -> Iterator[tuple[str, str, set[str]]]:
    """(module, code, names of facts) of every call whose code and facts are both written out."""
    for path, tree in modules():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            place = RAISED_BY.get(_name(call))
            if place is None or len(call.args) <= place or any(k.arg is None for k in call.keywords):
                continue
            code = call.args[place]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                names = _facts(call, place)
                if names is not None:
                    yield path, code.value, names


def _facts(call: ast.Call, place: int) -> set[str] | None:
    """Names of the facts; None where they are not written out at the call."""
    if _name(call) != "Problem":
        return {keyword.arg for keyword in call.keywords if keyword.arg}
    facts = call.args[place + 1 :]
    if not facts:
        return set()
    if isinstance(facts[0], ast.Dict):
        return {key.value for key in facts[0].keys if isinstance(key, ast.Constant)}
    return None


def field_words() -> set[str]:
    """Every ``label=``, ``hint=`` and ``nothing=`` of the domain."""
    return {
        words
        for _path, tree in modules("domain")
        for keyword in ast.walk(tree)
        if isinstance(keyword, ast.keyword) and keyword.arg in ("label", "hint", "nothing")
        for words in texts(keyword.value)
        if words
    }
