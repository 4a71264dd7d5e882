"""Slots and availability through the API: lists in an address, who may ask, what is withheld."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import Program
from tests.world import World

WINDOW = "&from=2018-12-06&to=2018-12-06&minutes=80&timing=any"


def test_slots_tell_who_is_in_the_way(coordinator: Program, world: World) -> None:
    booked = coordinator.post("/bookings", world.plan()).json["id"]
    answer = coordinator.get(f"/slots?required={world.id('lead')}:lead,{world.id('gallery')}{WINDOW}")
    assert answer.status_code == 200
    first = answer.json["slots"][0]
    assert (first["starts_at"], first["ends_at"]) == ("2018-12-06T00:00:00Z", "2018-12-06T01:20:00Z")
    assert (first["absent"], first["missing"], first["objections"]) == ([], [], [])
    assert answer.json["unpublished_years"] == [2018]
    near = answer.json["near_misses"][0]
    assert {one["holder"]["booking"] for one in near["conflicts"]} == {booked}
    assert {one["resource"]["id"] for one in near["conflicts"]} == {world.id("lead"), world.id("gallery")}


def test_a_list_may_be_repeated_or_separated_by_commas(coordinator: Program, world: World) -> None:
    lead, gallery = world.id("lead"), world.id("gallery")
    commas = coordinator.get(f"/slots?required={lead},{gallery}{WINDOW}")
    repeated = coordinator.get(f"/slots?required={lead}&required={gallery}&required={lead}{WINDOW}")
    assert commas.status_code == 200
    assert repeated.json == commas.json


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("required=99999", "required", "reference.unknown"),
        ("required=1:king", "required", "field.not_an_option"),
        ("", "required", "slots.nobody"),
        ("required=2&from=2018-12-06&to=2028-12-06", "to", "slots.window_too_long"),
        ("required=2&from=2017-01-01&to=2017-01-09", "to", "slots.over"),
        ("required=2&minutes=4", "minutes", "field.out_of_range"),
        ("required=2&most=51", "most", "field.out_of_range"),
        ("required=2&minutes=40&minutes=50", "minutes", "field.repeated"),
        ("required=2&colour=red", "colour", "field.unknown"),
        ("required=" + ",".join(map(str, range(1, 502))), "required", "slots.too_many"),
    ],
)
def test_what_cannot_be_asked_is_told_at_its_parameter(
    coordinator: Program, world: World, query: str, parameter: str, code: str
) -> None:
    answer = coordinator.get(f"/slots?{query}")
    assert answer.status_code == 422
    assert [(one["parameter"], one["code"]) for one in answer.json["errors"]] == [(parameter, code)]


def test_availability_withholds_what_the_caller_may_not_see(
    coordinator: Program, program: Callable[[str], Program], world: World
) -> None:
    far = world.plan()
    far["receiving"] = far["receiving"][1:]
    booked = coordinator.post("/bookings", far).json["id"]
    address = (
        f"/availability?resource_ids={world.id('lead')}:lead"
        "&starts_at=2018-12-06T02:30:00Z&ends_at=2018-12-06T03:00:00Z&timing=any"
    )
    seen, withheld = coordinator.get(address).json, program("manager").get(address).json
    assert seen["free"] is withheld["free"] is False
    assert seen["conflicts"][0]["holder"] == {"booking": booked, "title": "走进大葆台西汉墓"}
    assert withheld["conflicts"][0]["holder"] is None
    assert (
        withheld["conflicts"][0]["detail"]
        == "王老师（示例） 12月6日 周四 10:00–11:20 已有安排，11:20 后有空。"
    )
    assert withheld["conflicts"][0]["interval"] == seen["conflicts"][0]["interval"]


def test_availability_of_free_resources(program: Callable[[str], Program], world: World) -> None:
    answer = program("viewer").get(
        f"/availability?resource_ids={world.id('lead')}&resource_ids={world.id('gallery')}"
        "&starts_at=2018-12-06T02:30:00Z&ends_at=2018-12-06T03:00:00Z&timing=any"
    )
    assert answer.status_code == 200
    assert answer.json["free"] is True
    assert (answer.json["conflicts"], answer.json["objections"]) == ([], [])
    assert [one["code"] for one in answer.json["notes"]] == ["holiday.unpublished"]
    assert answer.json["notes"][0]["subject"] == {"kind": "partnership", "id": None}


def test_an_end_before_its_start_is_told(coordinator: Program, world: World) -> None:
    answer = coordinator.get(
        f"/availability?resource_ids={world.id('lead')}"
        "&starts_at=2018-12-06T03:00:00Z&ends_at=2018-12-06T02:00:00Z"
    )
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json["errors"]] == ["time.ends_before_start"]
