"""Kits, the relation to lessons and the reason to override a rule, through the API."""

from __future__ import annotations

from tests.api.conftest import Program
from tests.world import World


def test_kits_timing_and_reason_go_in_and_come_out(coordinator: Program, world: World) -> None:
    raw = {"organisation_id": world.id("museum"), "name": "拓片材料箱", "capacity": 2}
    kit = coordinator.post("/kits", raw).json
    asked = {"kits": [{"kit_id": kit["id"]}], "timing": "any", "override_reason": "没有规则反对"}
    booking = coordinator.post("/bookings", world.plan(**asked)).json
    assert booking["kits"] == [{"id": kit["id"], "name": "拓片材料箱"}]
    # No rule spoke against it: a reason that overrides none is not kept.
    assert (booking["timing"], booking["override_reason"]) == ("any", "")
    assert booking["plan"]["kits"] == [{"kit_id": kit["id"]}]
    path = f"/bookings/{booking['id']}"
    same = coordinator.put(path, {**booking["plan"], "version": booking["version"]}).json
    assert (same["kits"], same["timing"]) == (booking["kits"], "any")
    left_out = {name: value for name, value in same["plan"].items() if name not in ("kits", "timing")}
    emptied = coordinator.put(path, {**left_out, "version": same["version"]}).json
    assert (emptied["kits"], emptied["timing"]) == ([], "inside")


def test_a_move_may_give_a_reason(coordinator: Program, world: World) -> None:
    closed = {"kind": "closed", "starts_at": "2018-12-07", "ends_at": "2018-12-07"}
    closure = {"organisation_id": world.id("museum"), "name": "布展", **closed}
    assert coordinator.post("/closures", closure).status_code == 201
    booking = coordinator.post("/bookings", world.plan()).json
    path, day = f"/bookings/{booking['id']}", {"date": "2018-12-07", "starts": "10:00", "ends": "11:20"}
    refused = coordinator.post(f"{path}/move", {**day, "version": booking["version"]})
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/booking.objected")
    reason = {"override_reason": "馆方同意开侧门"}
    moved = coordinator.post(f"{path}/move", {**day, **reason, "version": booking["version"]})
    assert (moved.status_code, moved.json["override_reason"]) == (200, "馆方同意开侧门")


def test_a_change_needs_a_reason_only_for_what_it_changes(coordinator: Program, world: World) -> None:
    booking = coordinator.post("/bookings", world.plan()).json
    closed = {"kind": "closed", "starts_at": "2018-12-06", "ends_at": "2018-12-06"}
    coordinator.post("/closures", {"organisation_id": world.id("museum"), "name": "布展", **closed})
    path = f"/bookings/{booking['id']}"
    body = {**booking["plan"], "title": "新的课题", "version": booking["version"]}
    renamed = coordinator.put(path, body)
    assert (renamed.status_code, renamed.json["title"]) == (200, "新的课题")
    later = {**renamed.json["plan"], "ends_at": "2018-12-06T03:30:00Z", "version": renamed.json["version"]}
    refused = coordinator.put(path, later)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/booking.objected")
    assert [one["code"] for one in refused.json["objections"]] == ["closure.closed"]
    moved = coordinator.put(path, {**later, "override_reason": "馆方同意开侧门"}).json
    left_out = {name: value for name, value in moved["plan"].items() if name != "override_reason"}
    again = coordinator.put(path, {**left_out, "note": "走侧门", "version": moved["version"]}).json
    assert (again["note"], again["override_reason"]) == ("走侧门", "馆方同意开侧门")


def test_wrong_kits_are_pointed_at(coordinator: Program, world: World) -> None:
    rows = [{"kit_id": world.id("gallery")}, {}, {"kit_id": 10**9, "colour": "red"}]
    answer = coordinator.post("/bookings", world.plan(kits=rows, timing="never"))
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [
        ("#/timing", "field.not_an_option"),
        ("#/kits/1/kit_id", "field.required"),
        ("#/kits/2/colour", "field.unknown"),
    ]
