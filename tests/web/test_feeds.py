"""The pages of one's own subscriptions, on both engines; polls are in test_feed_polls.py."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.audit import AuditEntry
from scheduler.models.feeds import Feed, FeedAnswer, FeedDetail
from scheduler.models.users import User
from tests.feeds.publishing import book_lesson, subscribe
from tests.feeds.readers import read_with_icalendar
from tests.web.conftest import sign_in
from tests.world import World

SHOWN = re.compile(r"(webcal|http)://(localhost)/feeds/([\w-]{43})\.ics")
WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/8.0.50"


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def make(client: FlaskClient, scope: str, target: int, **more: str) -> str:
    """The token of a new subscription, made on the page."""
    form = {"target": str(target), "detail": "shared", "language": "zh", "alarm_minutes": "", **more}
    answer = client.post(f"/feeds/new?scope={scope}", data=form)
    assert answer.status_code == 201
    tokens = {found[2] for found in SHOWN.findall(answer.text)}
    assert len(tokens) == 1
    return tokens.pop()


def test_a_subscription_from_the_empty_page_to_its_end(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    assert "还没有订阅" in coordinator.get("/feeds").text
    book_lesson(database, world)
    token = make(coordinator, "person", world.id("educator"), detail="personal", alarm_minutes="30")
    reader = coordinator.application.test_client()
    [event] = read_with_icalendar(reader.get(f"/feeds/{token}.ics").data)
    assert event.summary == "远程课：走进大葆台西汉墓"
    page = coordinator.get("/feeds").text
    assert token not in page
    assert "李讲解员（示例） 个人 完整（含入会密码） 中文 提前 30 分钟" in text_of(page)
    assert text_of(coordinator.get("/feeds/1/replace").text).count("旧链接马上失效") == 1
    replaced = coordinator.post("/feeds/1/replace")
    [new_token] = {found[2] for found in SHOWN.findall(replaced.text)}
    assert (replaced.status_code, new_token == token) == (201, False)
    assert [reader.get(f"/feeds/{each}.ics").status_code for each in (token, new_token)] == [404, 200]
    assert "需要时可以再建一个" in coordinator.get("/feeds/1/revoke").text
    assert coordinator.post("/feeds/1/revoke").status_code == 303
    assert reader.get(f"/feeds/{new_token}.ics").status_code == 404
    assert "还没有订阅" in coordinator.get("/feeds").text
    with database.read() as session:
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "feed")).all()
        assert (verbs, session.scalars(select(FeedAnswer)).all()) == (["create", "replace", "revoke"], [])


def test_the_link_is_shown_in_every_form_and_never_stored_by_browsers(
    coordinator: FlaskClient, world: World
) -> None:
    form = {"target": str(world.id("museum")), "detail": "shared", "language": "zh", "alarm_minutes": ""}
    page = coordinator.post("/feeds/new?scope=organisation", data=form)
    assert page.headers["Cache-Control"] == "no-store"
    assert [found[0] for found in SHOWN.findall(page.text)] == ["webcal", "webcal", "http"]
    code = re.search(r'<div role="img"[^>]*>(<svg.*?</svg>)</div>', page.text, re.S)
    assert code is not None
    assert "style=" not in code[1]
    clients = [
        "iPhone、iPad",
        "Mac",
        "安卓（ICSx⁵）",
        "华为、小米、OPPO",
        "Outlook",
        "Google 日历",
        "Thunderbird",
    ]
    assert re.findall(r'<th scope="row" data-label="应用">(.*?)</th>', page.text) == clients


def test_the_form_begins_with_ones_own_calendar(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    with database.write() as session:
        session.get_one(User, world.id("coordinator")).person_id = world.id("lead")
    page = coordinator.get("/feeds/new").text
    assert re.findall(r"<option selected value=\"(\d+)\">([^<]+)", page) == [
        (str(world.id("lead")), "王老师（示例） · 北京教育学院丰台分院")
    ]
    assert re.findall(r'<input checked [^>]*value="(\w+)"', page) == ["personal", "zh"]


def test_each_scope_offers_its_own_detail(coordinator: FlaskClient) -> None:
    shared = ["shared", "busy"]
    details = {
        "person": ["personal", *shared],
        "organisation": shared,
        "partnership": shared,
        "nonsense": ["personal", *shared],
    }
    offered = {
        scope: re.findall(
            r'name="detail"[^>]*value="(\w+)"', coordinator.get(f"/feeds/new?scope={scope}").text
        )
        for scope in details
    }
    assert offered == details


WRONG: list[tuple[str, dict[str, str], str, str]] = [
    ("person", {"target": ""}, "target", "请填写这一项。"),
    ("person", {"target": "999999"}, "target", "名录里没有这一项，请重新选择。"),
    ("person", {"target": "9" * 30}, "target", "名录里没有这一项，请重新选择。"),
    ("person", {"detail": "all"}, "detail", "不在可选项里，请重新选择。"),
    ("organisation", {"detail": "personal"}, "detail", "入会密码只能出现在个人的订阅里。"),
    ("person", {"language": "fr"}, "language", "不在可选项里，请重新选择。"),
    ("person", {"alarm_minutes": "40321"}, "alarm_minutes", "应在 0 到 40320 之间。"),
    ("person", {"alarm_minutes": "soon"}, "alarm_minutes", "请填整数。"),
]


def test_what_is_wrong_is_told_at_its_field(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    seen = []
    for scope, changes, _field, _words in WRONG:
        target = world.id("educator" if scope == "person" else "museum")
        form = {"target": str(target), "detail": "shared", "language": "zh", "alarm_minutes": "", **changes}
        page = coordinator.post(f"/feeds/new?scope={scope}", data=form)
        told = re.findall(r'<p class="field-error" id="(\w+)-error">(.*?)</p>', page.text, re.S)
        seen.append((page.status_code, [(name, text_of(words)) for name, words in told]))
    assert seen == [(422, [(field, words)]) for _scope, _changes, field, words in WRONG]
    with database.read() as session:
        assert session.scalars(select(Feed)).all() == []


def test_a_manager_subscribes_to_their_own_school(client: FlaskClient, world: World) -> None:
    sign_in(client, "manager")
    pages = {
        scope: client.get(f"/feeds/new?scope={scope}").text
        for scope in ("person", "organisation", "partnership")
    }
    selects = {
        scope: re.findall(r'<select [^>]*name="target".*?</select>', page, re.S)[0]
        for scope, page in pages.items()
    }
    assert {scope: re.findall(r"<option[^>]*>([^<]+)", html) for scope, html in selects.items()} == {
        "person": ["请选择", "辅助教师1（示例） · 林西县民族中学"],
        "organisation": ["请选择", "林西县民族中学"],
        "partnership": [],
    }
    make(client, "organisation", world.id("school 1"))
    form = {"target": str(world.id("museum")), "detail": "shared", "language": "zh", "alarm_minutes": ""}
    assert client.post("/feeds/new?scope=organisation", data=form).status_code == 422


def test_nobody_touches_anothers_subscription(client: FlaskClient, database: Database, world: World) -> None:
    subscribe(database, world)
    sign_in(client, "administrator")
    asked = [
        client.open(f"/feeds/{feed_id}/{verb}", method=method).status_code
        for feed_id in (1, 999, 2**53)
        for verb in ("replace", "revoke")
        for method in ("GET", "POST")
    ]
    assert set(asked) == {404}
    with database.read() as session:
        feed = session.scalars(select(Feed)).one()
        assert (feed.revoked_at, feed.replaced_at, feed.detail) == (None, None, FeedDetail.PERSONAL)


def test_inside_wechat_the_way_out_is_told(coordinator: FlaskClient, world: World) -> None:
    words = "微信里不能订阅日历"
    inside = coordinator.get("/feeds", headers={"User-Agent": WECHAT}).text
    assert (words in inside, words in coordinator.get("/feeds").text) == (True, False)


def test_nobody_comes_in_without_signing_in(client: FlaskClient, world: World) -> None:
    assert [client.get(path).status_code for path in ("/feeds", "/feeds/new", "/feeds/1/revoke")] == [302] * 3
    assert [client.post(path).status_code for path in ("/feeds/new", "/feeds/1/revoke")] == [401] * 2
