"""Arithmetic of half-open intervals. Pure: an interval is (start, end) in whole seconds since the epoch.

A list of pieces is sorted and its pieces do not overlap; two that touch stay two, unless they are merged.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import itemgetter

Interval = tuple[int, int]
Pieces = Sequence[Interval]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as pieces of which no two touch; empty and reversed intervals hold nothing."""
    merged: list[Interval] = []
    first = reach = 0  # the piece that still grows; empty before the first
    for start, end in sorted(intervals, key=_start):
        if end <= start:
            continue
        if start > reach or first == reach:
            if first < reach:
                merged.append((first, reach))
            first, reach = start, end
        elif end > reach:
            reach = end
    if first < reach:
        merged.append((first, reach))
    return merged


def intersect(one: Pieces, other: Pieces) -> list[Interval]:
    """What lies in both, cut at every border of either."""
    common: list[Interval] = []
    i = j = 0
    pieces, others = len(one), len(other)
    while i < pieces and j < others:
        (start, end), (other_start, other_end) = one[i], other[j]
        if end <= other_end:
            i += 1
        if other_end <= end:
            j += 1
            end = other_end
        if other_start > start:
            start = other_start
        if start < end:
            common.append((start, end))
    return common


def intersect_all(lists: Iterable[Pieces], within: Interval) -> Pieces:
    """What lies in ``within`` and in every list."""
    return reduce(intersect, lists, [within])


def subtract(pieces: Pieces, holes: Iterable[Interval]) -> list[Interval]:
    """What is left of ``pieces`` without ``holes``."""
    gaps = merge(holes)
    left: list[Interval] = []
    at = 0
    for start, end in pieces:
        while at < len(gaps) and gaps[at][1] <= start:
            at += 1
        here, index = start, at
        while index < len(gaps) and gaps[index][0] < end:
            if gaps[index][0] > here:
                left.append((here, gaps[index][0]))
            here = max(here, gaps[index][1])
            index += 1
        if here < end:
            left.append((here, end))
    return left


def contains(pieces: Pieces, interval: Interval) -> bool:
    """Whether one piece holds the whole interval."""
    at = bisect_right(pieces, interval[0], key=_start) - 1
    return at >= 0 and interval[1] <= pieces[at][1]


def overlapping(pieces: Pieces, interval: Interval) -> Pieces:
    """The pieces that share an instant with ``interval``."""
    first = max(0, bisect_right(pieces, interval[0], key=_start) - 1)
    end = bisect_left(pieces, interval[1], key=_start)
    return [piece for piece in pieces[first:end] if piece[1] > interval[0]]


def overlap(one: Interval, other: Interval) -> bool:
    """Whether the two share an instant."""
    return one[0] < other[1] and other[0] < one[1]


_start = itemgetter(0)
