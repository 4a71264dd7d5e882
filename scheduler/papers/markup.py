"""WordprocessingML as a type of its own, so that data cannot become markup unnoticed.

Only ``element`` and ``text`` make ``Xml``; a ``str`` given where ``Xml`` is wanted does not pass mypy.
"""

from __future__ import annotations

import re
from typing import NewType
from xml.sax.saxutils import escape, quoteattr

Xml = NewType("Xml", str)

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)

# Not allowed in XML 1.0 §2.2, or allowed and invisible: C1 controls, bidirectional overrides that
# would show a reader other words than the file holds, and lone surrogates that UTF-8 cannot carry.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_NEW_LINE = re.compile("\r\n|[\r\x85\u2028\u2029]")


def clean(value: str) -> str:
    """``value`` without characters that a paper cannot show; every kind of line end becomes ``\\n``."""
    return _UNPRINTABLE.sub("", _NEW_LINE.sub("\n", value)).replace("\t", " ")


def text(value: str) -> Xml:
    """``value`` cleaned and escaped: data, whatever it looks like."""
    return Xml(escape(clean(value)))


def element(name: str, /, *children: Xml, **attributes: str | int) -> Xml:
    """``<w:name w:attribute="…">children</w:name>``; children in the order of the schema.

    Attributes are the layout's own words and numbers, never data.
    """
    head = "".join(f" w:{key}={quoteattr(str(value))}" for key, value in attributes.items())
    body = "".join(children)
    return Xml(f"<w:{name}{head}>{body}</w:{name}>" if body else f"<w:{name}{head}/>")


def part(name: str, *children: Xml) -> str:
    """A whole part of the package with ``w:name`` as its root."""
    return f"{DECLARATION}<w:{name} {NAMESPACES}>{''.join(children)}</w:{name}>"
