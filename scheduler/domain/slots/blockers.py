"""Of many starts at once: who and what is in the way of each. Pure.

Starts are sorted instants, and a set of them is one whole number whose bit n stands for start n: to join and
to cut sets costs the same whether a hundred resources are asked about or one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from scheduler.domain.intervals import Pieces, overlapping

Key = TypeVar("Key")
Mask = int


def mask_of(starts: Sequence[int], pieces: Pieces) -> Mask:
    """The starts that lie in one of the half-open pieces."""
    mask = 0
    for first, end in pieces:
        low, high = bisect_left(starts, first), bisect_left(starts, end)
        mask |= ((1 << (high - low)) - 1) << low
    return mask


def clear_of(starts: Sequence[int], pieces: Pieces) -> list[int]:
    """The starts that lie in none of the half-open pieces."""
    clear: list[int] = []
    at = 0
    for first, end in pieces:
        clear += starts[at : bisect_left(starts, first)]
        at = bisect_left(starts, end)
    return [*clear, *starts[at:]]


def fitting(starts: Sequence[int], pieces: Pieces, length: int) -> Mask:
    """The starts from which ``length`` seconds lie wholly in one of the pieces."""
    if not starts:
        return 0
    near = overlapping(pieces, (starts[0], starts[-1] + length))
    return mask_of(starts, [(first, end - length + 1) for first, end in near if end - first >= length])


def every(starts: Sequence[int]) -> Mask:
    """All of them."""
    return (1 << len(starts)) - 1


def counted(masks: Iterable[Mask], most: int) -> list[Mask]:
    """[k]: the starts that more than k of the masks hold, for k from 0 to ``most``."""
    more = [0] * (most + 1)
    for mask in masks:
        for k in range(most, 0, -1):
            more[k] |= more[k - 1] & mask
        more[0] |= mask
    return more


def positions(mask: Mask) -> Iterator[int]:
    """The bits that are set, lowest first."""
    return (at for at, bit in enumerate(reversed(f"{mask:b}")) if bit == "1")


def tally(masks: Iterable[Mask], number: int) -> list[int]:
    """How many of the masks hold each of the ``number`` starts."""
    held = [0] * number
    for mask in masks:
        for at in positions(mask):
            held[at] += 1
    return held


def holding(masks: Mapping[Key, Mask], position: int) -> list[Key]:
    """The keys whose mask holds this start."""
    return [key for key, mask in masks.items() if mask >> position & 1]
