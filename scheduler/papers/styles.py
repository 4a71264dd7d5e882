"""Fonts, paragraph styles and settings that all papers share (GB/T 9704 faces, sizes for forms).

Word substitutes a missing face by ``w:altName`` of the font table, so that a computer without
方正小标宋 or 仿宋_GB2312 still prints a face of the same kind.
"""

from __future__ import annotations

from scheduler.papers.markup import Xml, element, part

TITLE = "FormTitle"
SECTION = "FormSection"
HEADING = "FormHeading"
LABEL = "FormLabel"
SMALL_LABEL = "FormSmallLabel"
VALUE = "FormValue"
CENTRED = "FormCentred"
PROSE = "FormProse"
ASIDE = "FormAside"
STAMP = "FormStamp"
STATE = "FormState"
FOOTER = "FormFooter"
END = "FormEnd"

# Word knows these names and gives them their part in its outline and its lists of styles.
_BUILT_IN = ("Title", "heading 1", "header", "footer")

_LATIN = "Times New Roman"
_TITLE_FACE = "方正小标宋简体"
_BLACK_FACE = "黑体"
_BODY_FACE = "仿宋_GB2312"

# (face, other names of the same kind, family, PANOSE-1 where the face publishes one)
_FACES = (
    (_TITLE_FACE, "FZXiaoBiaoSong-B05S,方正小标宋_GBK,宋体,SimSun", "auto", ""),
    (_BODY_FACE, "仿宋,FangSong,FangSong_GB2312", "modern", "02010609060101010101"),
    (_BLACK_FACE, "SimHei", "modern", "02010609060101010101"),
    ("宋体", "SimSun", "auto", "02010600030101010101"),
)


def font_table() -> str:
    """``word/fontTable.xml``."""
    return part(
        "fonts", *(_font(*face) for face in _FACES), _font(_LATIN, "", "roman", "02020603050405020304")
    )


def style_sheet() -> str:
    """``word/styles.xml``: sizes are in half-points, spacing in twentieths of a point."""
    return part(
        "styles",
        _defaults(),
        element(
            "style",
            element("name", val="Normal"),
            element("qFormat"),
            type="paragraph",
            default=1,
            styleId="Normal",
        ),
        _style(TITLE, "Title", face=_TITLE_FACE, size=44, align="center", after=60),
        _style(SECTION, "heading 1", face=_BLACK_FACE, size=24, before=140, after=60, keep=True, outline=0),
        _style(HEADING, "表头", face=_BLACK_FACE, size=21, align="center", keep=True),
        _style(LABEL, "栏目", face=_BLACK_FACE, size=21, align="center"),
        _style(SMALL_LABEL, "栏目说明", size=18, align="center"),
        _style(VALUE, "填写内容", size=21),
        _style(CENTRED, "填写内容居中", size=21, align="center"),
        _style(PROSE, "填写段落", size=21, indent=200, line=300),
        _style(ASIDE, "编号行", size=21, align="right", after=60),
        _style(STAMP, "盖章", size=21, align="right", before=560),
        _style(STATE, "header", face=_BLACK_FACE, size=28, align="right", colour="C00000"),
        _style(FOOTER, "footer", face="宋体", size=18, align="center"),
        _style(END, "文末", size=2, hidden=True),
    )


def settings() -> str:
    """``word/settings.xml``: Chinese punctuation is compressed and the layout is that of Word 2013 on."""
    mode = element(
        "compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15
    )
    return part(
        "settings",
        element("defaultTabStop", val=420),
        element("characterSpacingControl", val="compressPunctuation"),
        element("compat", element("useFELayout"), mode),
        element("themeFontLang", val="en-US", eastAsia="zh-CN"),
        element("decimalSymbol", val="."),
        element("listSeparator", val=","),
    )


def _font(face: str, others: str, family: str, panose: str) -> Xml:
    about = [element("altName", val=others)] if others else []
    about += [element("panose1", val=panose)] if panose else []
    charset = "00" if face == _LATIN else "86"
    pitch = "fixed" if family == "modern" else "variable"
    about += [element("charset", val=charset), element("family", val=family), element("pitch", val=pitch)]
    return element("font", *about, name=face)


def _defaults() -> Xml:
    run = element(
        "rPr",
        _fonts(_BODY_FACE),
        element("sz", val=24),
        element("szCs", val=24),
        element("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA"),
    )
    return element("docDefaults", element("rPrDefault", run), element("pPrDefault"))


def _fonts(face: str) -> Xml:
    # eastAsia names the Chinese face; the hint makes “ ” — … ( shared with Latin text) Chinese too.
    return element("rFonts", hint="eastAsia", ascii=_LATIN, hAnsi=_LATIN, eastAsia=face, cs=_LATIN)


def _style(
    style: str,
    name: str,
    *,
    size: int,
    face: str = _BODY_FACE,
    align: str = "left",
    before: int = 0,
    after: int = 0,
    line: int = 0,
    indent: int = 0,
    keep: bool = False,
    outline: int | None = None,
    colour: str = "auto",
    hidden: bool = False,
) -> Xml:
    spacing: dict[str, str | int] = {"before": before, "after": after}
    if line:
        spacing |= {"line": line, "lineRule": "auto"}
    if hidden:
        spacing |= {"line": 20, "lineRule": "exact"}
    paragraph = [element("keepNext")] if keep else []
    paragraph.append(element("spacing", **spacing))
    paragraph += [element("ind", firstLineChars=indent, firstLine=indent * size // 10)] if indent else []
    paragraph.append(element("jc", val=align))
    paragraph += [element("outlineLvl", val=outline)] if outline is not None else []
    run = element(
        "rPr",
        _fonts(face),
        *([element("vanish")] if hidden else []),
        element("color", val=colour),
        element("sz", val=size),
        element("szCs", val=size),
    )
    return element(
        "style",
        element("name", val=name),
        element("basedOn", val="Normal"),
        element("qFormat"),
        element("pPr", *paragraph),
        run,
        type="paragraph",
        customStyle=int(name not in _BUILT_IN),
        styleId=style,
    )
