"""Interval arithmetic against sets of instants, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.intervals import (
    Interval,
    Pieces,
    contains,
    intersect,
    intersect_all,
    merge,
    overlap,
    overlapping,
    subtract,
)

LAST = 40
MANY = settings(max_examples=200, deadline=None)
borders = st.integers(0, LAST)
anything = st.lists(st.tuples(borders, borders), max_size=8)
"""In any order, overlapping, touching, empty and reversed."""
filled = st.tuples(borders, borders).filter(lambda interval: interval[0] < interval[1])


@st.composite
def pieces(draw: st.DrawFn) -> list[Interval]:
    """Sorted and apart; some touch."""
    at, drawn = 0, []
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), max_size=6)):
        drawn.append((at + gap, at + gap + length))
        at += gap + length
    return drawn


def instants(intervals: Pieces) -> set[int]:
    return {instant for start, end in intervals for instant in range(start, end)}


def is_pieces(intervals: Pieces) -> bool:
    """Whether they are none empty, sorted, and none over another."""
    ends = [-1, *(end for _start, end in intervals)]
    return all(end <= start < stop for end, (start, stop) in zip(ends, intervals, strict=False))


def seams(intervals: Pieces) -> set[int]:
    """Where two pieces touch."""
    return {end for _start, end in intervals} & {start for start, _end in intervals}


@MANY
@given(anything)
def test_merging_keeps_every_instant_and_leaves_no_two_that_touch(intervals: list[Interval]) -> None:
    merged = merge(intervals)
    assert instants(merged) == instants(intervals)
    assert is_pieces(merged)
    assert not seams(merged)
    assert merge(merged) == merged


@MANY
@given(pieces(), pieces())
def test_an_intersection_is_what_both_hold_cut_at_the_seams_of_both(
    one: list[Interval], other: list[Interval]
) -> None:
    common = intersect(one, other)
    held = instants(one) & instants(other)
    assert instants(common) == held
    assert is_pieces(common)
    inner = {instant for instant in held if instant - 1 in held}
    assert seams(common) == (seams(one) | seams(other)) & inner
    assert intersect(other, one) == common


@MANY
@given(st.lists(pieces(), max_size=4), filled)
def test_the_intersection_of_all_lies_within(lists: list[list[Interval]], within: Interval) -> None:
    common = intersect_all(lists, within)
    held = instants([within]).intersection(*(instants(one) for one in lists))
    assert instants(common) == held
    assert is_pieces(common)


@MANY
@given(st.lists(pieces(), max_size=4), filled, filled)
def test_one_piece_of_the_intersection_holds_what_one_piece_of_each_list_holds(
    lists: list[list[Interval]], within: Interval, interval: Interval
) -> None:
    common = intersect_all(lists, within)
    assert contains(common, interval) == all(contains(one, interval) for one in [*lists, [within]])


@MANY
@given(pieces(), anything)
def test_what_is_left_has_no_instant_of_a_hole(whole: list[Interval], holes: list[Interval]) -> None:
    left = subtract(whole, holes)
    assert instants(left) == instants(whole) - instants(holes)
    assert is_pieces(left)
    assert seams(left) == {seam for seam in seams(whole) if not {seam - 1, seam} & instants(holes)}


@MANY
@given(pieces(), filled)
def test_containing_is_lying_in_one_piece(whole: list[Interval], interval: Interval) -> None:
    one_holds_all = any(instants([interval]) <= instants([piece]) for piece in whole)
    assert contains(whole, interval) == one_holds_all


@MANY
@given(pieces(), filled)
def test_overlapping_are_those_that_share_an_instant(whole: list[Interval], interval: Interval) -> None:
    sharing = [piece for piece in whole if instants([piece]) & instants([interval])]
    assert list(overlapping(whole, interval)) == sharing
    assert [piece for piece in whole if overlap(piece, interval)] == sharing
    assert [piece for piece in whole if overlap(interval, piece)] == sharing


@pytest.mark.parametrize(
    ("interval", "held"),
    [
        ((0, 10), True),
        ((10, 20), True),
        ((5, 15), False),
        ((20, 21), False),
        ((3, 4), True),
        ((30, 31), False),
    ],
)
def test_two_that_touch_stay_two(interval: Interval, held: bool) -> None:
    touching = [(0, 10), (10, 20)]
    assert contains(touching, interval) is held
    assert intersect(touching, [(0, 30)]) == touching
    assert merge(touching) == [(0, 20)]


def test_nothing_holds_nothing() -> None:
    assert merge([]) == []
    assert merge([(5, 5), (7, 3)]) == []
    assert intersect([], [(0, 1)]) == []
    assert subtract([], [(0, 1)]) == []
    assert subtract([(0, 3)], []) == [(0, 3)]
    assert contains([], (0, 1)) is False
    assert overlapping([], (0, 1)) == []
    assert intersect_all([], (0, 5)) == [(0, 5)]
