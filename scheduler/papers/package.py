"""The zip package of a .docx. Equal content gives equal bytes: no clock, no machine, no user name."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from functools import cache

from scheduler.papers import labels, styles
from scheduler.papers.markup import DECLARATION, text

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_EPOCH = (1980, 1, 1, 0, 0, 0)

HEADER_ID = "rIdHeader"
FOOTER_ID = "rIdFooter"

_KINDS = (
    ("styles", "styles", "rIdStyles"),
    ("settings", "settings", "rIdSettings"),
    ("fontTable", "fontTable", "rIdFontTable"),
    ("header", "header1", HEADER_ID),
    ("footer", "footer1", FOOTER_ID),
)


def docx(*, document: str, header: str, footer: str, title: str, day: date | None) -> bytes:
    """The whole file; ``document``, ``header`` and ``footer`` are parts as ``markup.part`` gives them.

    ``day`` stands as the date of creation and of change: the file says when the event was, not when or
    where somebody asked for the paper.
    """
    parts = _shared() | {
        "docProps/core.xml": _core(title, day),
        "word/header1.xml": header,
        "word/footer1.xml": footer,
        "word/document.xml": document,
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, content in parts.items():
            package.writestr(_member(name), content.encode())
    return target.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 0  # else the file would tell, and differ by, the system that wrote it
    return member


@cache
def _shared() -> dict[str, str]:
    return {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            (f"{_RELATIONS}/officeDocument", "word/document.xml", "rIdDocument"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml", "rIdCore"),
        ),
        "word/_rels/document.xml.rels": _relationships(
            *((f"{_RELATIONS}/{kind}", f"{name}.xml", identity) for kind, name, identity in _KINDS)
        ),
        "word/styles.xml": styles.style_sheet(),
        "word/settings.xml": styles.settings(),
        "word/fontTable.xml": styles.font_table(),
    }


def _content_types() -> str:
    overrides = [("/word/document.xml", f"{_WORD}.document.main+xml")]
    overrides += [(f"/word/{name}.xml", f"{_WORD}.{kind}+xml") for kind, name, _ in _KINDS]
    overrides.append(("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"))
    lines = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides)
    return (
        f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{lines}</Types>'
    )


def _relationships(*targets: tuple[str, str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"/>'
        for kind, target, identity in targets
    )
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _core(title: str, day: date | None) -> str:
    author = text(labels.PRODUCT)
    stamp = "" if day is None else f"{day:%Y-%m-%d}T00:00:00Z"
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{stamp}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{text(title)}</dc:title><dc:creator>{author}</dc:creator>"
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>{dates if stamp else ''}"
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )
