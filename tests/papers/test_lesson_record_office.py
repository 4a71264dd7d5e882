"""The record opened by a real office program: LibreOffice makes a PDF of it, poppler reads the PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scheduler.papers.content import LessonRecordPaper
from scheduler.papers.lesson_record import write_lesson_record

NEEDED = ("soffice", "pdfinfo", "pdftotext", "pdffonts")
MISSING = [tool for tool in NEEDED if shutil.which(tool) is None]

pytestmark = [
    pytest.mark.office,
    pytest.mark.xdist_group("office"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}"),
]


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    december_2018: LessonRecordPaper,
    twelve_classes: LessonRecordPaper,
    hostile: LessonRecordPaper,
) -> Path:
    """A folder of PDF files, converted in one go with a profile of their own."""
    home = tmp_path_factory.mktemp("office")
    papers = {
        "full": december_2018,
        "blank": LessonRecordPaper(),
        "long": twelve_classes,
        "hostile": hostile,
    }
    for name, paper in papers.items():
        (home / f"{name}.docx").write_bytes(write_lesson_record(paper))
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(home)]
    subprocess.run(
        [*command, *(str(home / f"{name}.docx") for name in papers)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return home


def read(tool: str, *arguments: str) -> str:
    return subprocess.run([tool, *arguments], check=True, capture_output=True, timeout=60).stdout.decode()


def pages(pdf: Path) -> int:
    found = re.search(r"^Pages:\s+(\d+)$", read("pdfinfo", str(pdf)), re.MULTILINE)
    assert found is not None
    return int(found[1])


def words(pdf: Path, *, page: int | None = None) -> str:
    """All text without white space, which a PDF does not keep."""
    chosen = [] if page is None else ["-f", str(page), "-l", str(page)]
    return "".join(read("pdftotext", *chosen, "-layout", str(pdf), "-").split())


def test_the_lesson_of_december_2018_takes_two_pages(folder: Path) -> None:
    assert pages(folder / "full.pdf") == 2
    found = words(folder / "full.pdf")
    expected = [
        "远程互动教学活动记录",
        "编号：2018-003",
        "林西县民族中学",
        "其其格（示例）",
        "第1页共2页",
        "第2页共2页",
    ]
    assert [word for word in expected if word not in found] == []
    assert found.count("（盖章）年月日") == 4
    assert "None" not in found


def test_every_face_is_embedded(folder: Path) -> None:
    lines = read("pdffonts", str(folder / "full.pdf")).splitlines()[2:]
    embedded = [re.search(r"(yes|no) +(yes|no) +(yes|no) +\d+ +\d+$", line) for line in lines]
    assert lines
    assert {found and found[1] for found in embedded} == {"yes"}


def test_a_blank_form_takes_two_pages(folder: Path) -> None:
    assert pages(folder / "blank.pdf") == 2
    assert "None" not in words(folder / "blank.pdf")


def test_a_long_list_repeats_its_heading_and_every_page_says_draft(folder: Path) -> None:
    pdf = folder / "long.pdf"
    count = pages(pdf)
    each = [words(pdf, page=number) for number in range(1, count + 1)]
    assert [text.count("草稿") for text in each] == [1] * count
    assert [f"第{number}页共{count}页" in text for number, text in enumerate(each, start=1)] == [True] * count
    listed = [text for text in each if re.search(r"第\d+问", text)]
    assert len(listed) > 2
    assert ["序号班级问题解答" in text for text in listed] == [True] * len(listed)


def test_a_text_longer_than_a_page_is_not_cut(folder: Path) -> None:
    found = words(folder / "hostile.pdf")
    assert found.replace("影响时长", "").count("长") == 10_000
    assert found.count("Q") == 10_000
