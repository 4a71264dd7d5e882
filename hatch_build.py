"""Build hook: wheels and editable installs get the vendor files and the compiled translations."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):
    """Runs scheduler/assets.py by its path: the package itself is not installed yet."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        spec = importlib.util.spec_from_file_location("tongtang_assets", root / "scheduler" / "assets.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(root / "scheduler" / "assets.py")
        assets = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(assets)
        assets.install_vendor(root)
        assets.compile_catalogues(root)
