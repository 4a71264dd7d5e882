"""The pieces that papers are laid out of: an A4 page, form tables, list tables, places for stamps.

Widths are twentieths of a point; every table is ``WIDTH`` wide with fixed columns, so that a long text
makes a row higher and never a column wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from scheduler.papers import styles
from scheduler.papers.markup import Xml, clean, element, part, text
from scheduler.papers.package import FOOTER_ID, HEADER_ID

WIDTH = 9072  # A4 less two margins of 25 mm
_FORM_WIDTHS = (1500, 3036, 1500, 3036)  # a label of six characters stands on one line
_SIGNATURE_WIDTHS = (2300, 2236, 2300, 2236)
_ROW_HEIGHT = 397  # 7 mm: room to write by hand
_PROSE_HEIGHT = 1247  # 22 mm
_SIGNATURE_HEIGHT = 680
_STAMP_HEIGHT = 1588  # 28 mm
_CELL_MARGINS = (("top", 40), ("left", 85), ("bottom", 40), ("right", 85))
_UNSPLIT_LINES = 12  # a higher row may run over two pages: moved as a whole it would leave a large gap
_TOGETHER_HEIGHT = 3600  # a table of no more (63 mm) moves to the next page as a whole
_CHARACTER = 210  # a Chinese character of 10.5 points
# On every run: with it “ ” — … are set in the Chinese face, without it in the Latin one.
_EAST_ASIAN = element("rPr", element("rFonts", hint="eastAsia"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: ``value`` may have several lines; ``note`` is a smaller line below it."""

    value: str
    width: int
    style: str = styles.VALUE
    spans: int = 1
    note: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells that add up to the width of their table; ``repeat`` on every page that the table runs over."""

    cells: Sequence[Cell]
    height: int = _ROW_HEIGHT
    repeat: bool = False
    align: str = "center"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; the widths of a table's columns add up to ``WIDTH``."""

    heading: str
    width: int
    style: str = styles.CENTRED


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what stands next to it; ``tall`` leaves room to write paragraphs by hand."""

    label: str
    value: str
    note: str = ""
    tall: bool = False


def paragraph(value: str, style: str, *, keep: bool = False) -> Xml:
    """One paragraph a line; ``keep`` holds it on the page of what follows."""
    return Xml("".join(_line(line, style, keep) for line in clean(value).split("\n")))


def form(*rows: Sequence[Field]) -> Xml:
    """Label and value, twice in a row; a row of one field gives it the whole width."""
    heights = [_PROSE_HEIGHT if any(field.tall for field in fields) else _ROW_HEIGHT for fields in rows]
    cells = [_pairs(fields, _FORM_WIDTHS) for fields in rows]
    return _table(_FORM_WIDTHS, [Row(*row) for row in zip(cells, heights, strict=True)])


def listing(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Xml:
    """A list under a heading that is repeated on every page the list runs over."""
    head = Row([Cell(column.heading, column.width, styles.HEADING) for column in columns], repeat=True)
    body = [
        Row([Cell(value, column.width, column.style) for column, value in zip(columns, row, strict=True)])
        for row in rows
    ]
    return _table([column.width for column in columns], [head, *body])


def signatures(fields: Sequence[Field]) -> Xml:
    """Two signatures in a row."""
    pairs = [fields[at : at + 2] for at in range(0, len(fields), 2)]
    rows = [Row(_pairs(pair, _SIGNATURE_WIDTHS), _SIGNATURE_HEIGHT) for pair in pairs]
    return _table(_SIGNATURE_WIDTHS, rows)


def stamps(names: Sequence[str], line: str) -> Xml:
    """A place for each stamp, two in a row: the name and, below it, ``line``."""
    half = WIDTH // 2
    pairs = [names[at : at + 2] for at in range(0, len(names), 2)]
    rows = [
        Row(
            [Cell(name, WIDTH // len(pair), spans=3 - len(pair), stamp=line) for name in pair],
            _STAMP_HEIGHT,
            align="top",
        )
        for pair in pairs
    ]
    return _table((half, half), rows)


def document(*blocks: Xml) -> str:
    """``word/document.xml``: the blocks on A4 with margins of 25 mm."""
    page = element(
        "sectPr",
        _reference("headerReference", HEADER_ID),
        _reference("footerReference", FOOTER_ID),
        element("pgSz", w=11906, h=16838),
        element("pgMar", top=1304, right=1417, bottom=1247, left=1417, header=794, footer=794, gutter=0),
    )
    # Word wants a paragraph after a last table; this one is hidden, so as to start no page of its own.
    return part("document", element("body", *blocks, paragraph("", styles.END), page))


def header(state: str) -> str:
    """The head of every page: ``state``, or nothing."""
    return part("hdr", paragraph(state, styles.STATE))


def footer() -> str:
    """第 x 页 共 y 页, counted by the program that opens the file."""
    pieces = (_run("第 "), _field("PAGE"), _run(" 页　共 "), _field("NUMPAGES"), _run(" 页"))
    return part("ftr", element("p", _paragraph_properties(styles.FOOTER, False), *pieces))


def _pairs(fields: Sequence[Field], widths: Sequence[int]) -> list[Cell]:
    label, value, *_ = widths
    spans, width = (1, value) if len(fields) > 1 else (3, WIDTH - label)
    cells: list[Cell] = []
    for field in fields:
        cells += [
            Cell(field.label, label, styles.LABEL, note=field.note),
            Cell(field.value, width, styles.PROSE if field.tall else styles.VALUE, spans),
        ]
    return cells


def _table(widths: Sequence[int], rows: Sequence[Row]) -> Xml:
    grid = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    together = sum(row.height for row in rows) <= _TOGETHER_HEIGHT and all(_is_low(row) for row in rows)
    body = [_row(row, keep=together) for row in rows[:-1]] + [_row(row, keep=False) for row in rows[-1:]]
    return element("tbl", _table_properties(sum(widths)), grid, *body)


@cache
def _table_properties(width: int) -> Xml:
    outer = [
        element(side, val="single", sz=12, space=0, color="auto")
        for side in ("top", "left", "bottom", "right")
    ]
    inner = [element(side, val="single", sz=4, space=0, color="auto") for side in ("insideH", "insideV")]
    return element(
        "tblPr",
        element("tblW", w=width, type="dxa"),
        element("jc", val="center"),
        element("tblBorders", *outer, *inner),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *(element(side, w=size, type="dxa") for side, size in _CELL_MARGINS)),
    )


def _row(row: Row, *, keep: bool) -> Xml:
    properties = _row_properties(_is_low(row), row.height, row.repeat)
    return element("tr", properties, *(_cell(cell, row.align, keep) for cell in row.cells))


def _is_low(row: Row) -> bool:
    return all(_line_count(cell) <= _UNSPLIT_LINES for cell in row.cells)


def _line_count(cell: Cell) -> int:
    room = (cell.width - 2 * _CELL_MARGINS[1][1]) // _CHARACTER
    written = [value for value in (cell.value, cell.note, cell.stamp) if value]
    return sum(1 + len(line) // room for value in written for line in value.split("\n"))


@cache
def _row_properties(whole: bool, height: int, repeat: bool) -> Xml:
    properties = [element("cantSplit")] if whole else []
    properties.append(element("trHeight", val=height, hRule="atLeast"))
    properties += [element("tblHeader")] if repeat else []
    return element("trPr", *properties)


def _cell(cell: Cell, align: str, keep: bool) -> Xml:
    content = [paragraph(cell.value, cell.style, keep=keep)]
    content += [paragraph(cell.note, styles.SMALL_LABEL, keep=keep)] if cell.note else []
    content += [paragraph(cell.stamp, styles.STAMP, keep=keep)] if cell.stamp else []
    return element("tc", _cell_properties(cell.width, cell.spans, align), *content)


@cache
def _cell_properties(width: int, spans: int, align: str) -> Xml:
    properties = [element("tcW", w=width, type="dxa")]
    properties += [element("gridSpan", val=spans)] if spans > 1 else []
    return element("tcPr", *properties, element("vAlign", val=align))


def _line(line: str, style: str, keep: bool) -> Xml:
    return element("p", _paragraph_properties(style, keep), *([_run(line)] if line else []))


@cache
def _paragraph_properties(style: str, keep: bool) -> Xml:
    return element("pPr", element("pStyle", val=style), *([element("keepNext")] if keep else []))


def _run(value: str) -> Xml:
    return element("r", _EAST_ASIAN, Xml(f'<w:t xml:space="preserve">{text(value)}</w:t>'))


def _field(instruction: str) -> Xml:
    return element("fldSimple", _run("1"), instr=f" {instruction} ")


def _reference(name: str, identity: str) -> Xml:
    return Xml(f'<w:{name} w:type="default" r:id="{identity}"/>')
