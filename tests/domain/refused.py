"""What a field says of an input that it does not take."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.domain.fields import Bad, Field

NAME = {"name": "x", "label": "某项"}


def refusal(field: Field, raw: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Bad) as caught:
        field.clean(raw)
    return caught.value.code, caught.value.facts
