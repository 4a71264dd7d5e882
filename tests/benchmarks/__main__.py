"""Run the benchmarks: ``python -m tests.benchmarks`` for all, or with the names of some.

Each module here that has ``run() -> Iterable[Ratio]`` is one.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable

import tests.benchmarks
from tests.benchmarks.ratio import Ratio, table


def benchmarks() -> dict[str, Callable[[], Iterable[Ratio]]]:
    """name → what runs it, in order of name."""
    found = {}
    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        if module.name.startswith(("_", "test_")):
            continue
        loaded = importlib.import_module(f"tests.benchmarks.{module.name}")
        if hasattr(loaded, "run"):
            found[module.name] = loaded.run
    return found


def main(names: list[str]) -> None:
    """Print a table; a goal that was missed is marked, never an error: machines are noisy."""
    known = benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no benchmark called {', '.join(unknown)}; there are: {', '.join(known)}")
    print(table([ratio for name in names or known for ratio in known[name]()]))


if __name__ == "__main__":
    main(sys.argv[1:])
