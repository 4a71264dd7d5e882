"""The assets: nothing foreign by address, catalogues merged without guessing, positions for a whole day."""

from __future__ import annotations

import gettext
import json
import re
from pathlib import Path

import pytest

from scheduler import assets

ROOT = Path(__file__).parents[1]
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def _parts(root: Path, **parts: str) -> Path:
    folder = root / "scheduler" / "translations" / "en" / "LC_MESSAGES"
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    for name, text in parts.items():
        (folder / "parts" / f"{name}.po").write_text(HEAD + text, encoding="utf-8")
    return folder


def test_lock_pins_exactly_and_names_no_address():
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    pinned = {**package["dependencies"], **package["devDependencies"]}

    assert assets.lock_addresses(lock) == []
    assert [version for version in pinned.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_lock_address_is_found():
    lock = json.dumps({"packages": {"": {}, "node_modules/a": {"resolved": "https://a.invalid/a.tgz"}}})
    assert assets.lock_addresses(lock) == ["node_modules/a"]


def test_installed_vendor_files_are_current():
    """The checkout under test was installed with its lock: the pages have what they link to."""
    vendor = ROOT / "scheduler" / "static" / "vendor"
    names = {path.name for path in vendor.iterdir()}

    assert assets.vendor_is_current(ROOT)
    assert names == {
        "icons.svg",
        "stamp",
        "tabler-auto.css",
        "tabler-icons.LICENSE",
        "tabler.min.css",
        "time-grid.css",
    }


def test_every_icon_of_the_templates_is_in_the_sprite():
    templates = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    named = set(re.findall(r"""\bicon\(['"]([a-z0-9-]+)['"]\)""", templates))
    assert sorted(named - set(assets.ICONS)) == []


def test_parts_become_one_catalogue(tmp_path):
    folder = _parts(
        tmp_path,
        one='msgid "今天"\nmsgstr "Today"\n\nmsgctxt "mark"\nmsgid "课"\nmsgstr "L"\n',
        two='msgid "今天"\nmsgstr "Today"\n\nmsgid "课"\nmsgstr "Lesson"\n',
    )

    assert assets.compile_catalogues(tmp_path) is True
    assert assets.compile_catalogues(tmp_path) is False
    with (folder / "messages.mo").open("rb") as file:
        english = gettext.GNUTranslations(file)
    assert english.gettext("今天") == "Today"
    assert english.gettext("课") == "Lesson"
    assert english.pgettext("mark", "课") == "L"


def test_changed_part_is_compiled_again(tmp_path):
    folder = _parts(tmp_path, one='msgid "今天"\nmsgstr "Now"\n')
    assets.compile_catalogues(tmp_path)
    _parts(tmp_path, one='msgid "今天"\nmsgstr "Today"\n')

    assert assets.compile_catalogues(tmp_path) is True
    with (folder / "messages.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("今天") == "Today"


def test_two_translations_of_one_message_name_both_files(tmp_path):
    _parts(tmp_path, one='msgid "今天"\nmsgstr "Today"\n', two='msgid "今天"\nmsgstr "Now"\n')
    with pytest.raises(assets.AssetError, match=r"one\.po.*two\.po"):
        assets.compile_catalogues(tmp_path)


def test_dark_rules_are_repeated_for_systems_set_to_dark():
    css = (
        "[data-bs-theme=dark],body[data-bs-theme=dark] [data-bs-theme=light]{--bg:#000}"
        ".btn:not(.a,.b){color:red}[data-bs-theme=dark] .x{color:blue}"
    )
    assert assets.dark_by_system(css) == (
        "@media (prefers-color-scheme:dark){"
        "[data-bs-theme=auto]{--bg:#000}[data-bs-theme=auto] .x{color:blue}}\n"
    )


def test_stylesheet_without_dark_rules_is_refused():
    with pytest.raises(assets.AssetError):
        assets.dark_by_system("body{color:red}")


def test_time_grid_covers_a_day_and_its_lanes():
    rules = dict(re.findall(r"\.([\w-]+)\{([^}]*)\}", assets.time_grid_css()))

    assert len(rules) == 288 + 288 + 21
    assert rules["at-0"] == "grid-row-start:1"
    assert rules["at-287"] == "grid-row-start:288"
    assert rules["for-288"] == "grid-row-end:span 288"
    assert rules["lane-0-of-1"] == "grid-column:1/61"
    assert rules["lane-2-of-3"] == "grid-column:41/61"


def test_sprite_holds_each_shape_under_its_name():
    ground = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
    svg = f'<svg\n width="24"\n>\n {ground}\n <path d="M1 1" />\n</svg>'
    assert assets.icon_sprite({"dot": svg}) == (
        '<svg xmlns="http://www.w3.org/2000/svg">'
        '<symbol id="dot" viewBox="0 0 24 24"><path d="M1 1" /></symbol></svg>\n'
    )
