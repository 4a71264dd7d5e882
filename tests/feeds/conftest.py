from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.assets import AssetError

from .node import install_node_modules


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> tuple[str, Path]:
    """node and a folder with node_modules."""
    cache = request.config.cache
    assert cache is not None
    try:
        return install_node_modules(cache.mkdir("node"))
    except AssetError as fault:
        pytest.skip(str(fault))
