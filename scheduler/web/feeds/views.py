"""Subscriptions: one's own calendar links, and the address under which calendar programs read them."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.domain import subscriptions
from scheduler.errors import Invalid
from scheduler.models.feeds import Feed, FeedScope
from scheduler.web.addresses import ID
from scheduler.web.door import act, public, viewer, zone
from scheduler.web.feeds.clients import CLIENTS, in_wechat
from scheduler.web.feeds.form import FeedForm, alarm_words, first_values
from scheduler.web.forms import put_problems
from scheduler.web.frame import partnership_of_page
from scheduler.web.locale import language
from scheduler.wording import label, moment_words

blueprint = Blueprint("feeds", __name__)
FEED = f"/feeds/<{ID}:feed_id>"


@blueprint.get("/feeds/<token>.ics")
@public
def calendar(token: str) -> NoReturn:
    """The address of a feed, to build links from: `FeedDoor` answers it before this is reached."""
    abort(404)


@blueprint.get("/feeds")
def index() -> str:
    """One's own subscriptions."""
    with edge.read() as session:
        feeds = session.scalars(subscriptions.own_feeds(viewer())).all()
        return render_template("feeds/index.html", rows=[_row(feed) for feed in feeds], in_wechat=in_wechat())


@blueprint.get("/feeds/new")
def new() -> str:
    """Whose calendar, and how much of it; the address may name it."""
    scope, target = _scope(), request.args.get("target")
    with edge.read() as session:
        values = first_values(session, scope)
        return _form_page(session, FeedForm(data={**values, "target": target or values["target"]}), scope)


@blueprint.post("/feeds/new")
def create() -> ResponseReturnValue:
    """Make the subscription, and show its link this once."""
    scope, form = _scope(), FeedForm()
    try:
        with edge.write() as session:
            made = subscriptions.create_feed(session, form.raw(scope), viewer=viewer(), act=act())
    except Invalid as error:
        at = {f"{scope.value}_id": "target"}
        put_problems(form, [replace(p, field=at.get(p.field, p.field)) for p in error.problems])
        with edge.read() as session:
            return _form_page(session, form, scope), 422
    return _link_page(*made), 201


@blueprint.get(f"{FEED}/replace")
def replace_question(feed_id: int) -> str:
    """What a new link means, before the old one dies."""
    return _question(feed_id, "feeds/replace.html")


@blueprint.post(f"{FEED}/replace")
def replace_link(feed_id: int) -> ResponseReturnValue:
    """Give it a new link, and show that this once."""
    with edge.write() as session:
        feed = subscriptions.get_own_feed(session, feed_id, viewer=viewer())
        token = subscriptions.replace_feed(session, feed, act=act())
    return _link_page(feed, token), 201


@blueprint.get(f"{FEED}/revoke")
def revoke_question(feed_id: int) -> str:
    """What ending it means."""
    return _question(feed_id, "feeds/revoke.html")


@blueprint.post(f"{FEED}/revoke")
def revoke(feed_id: int) -> ResponseReturnValue:
    """End it at once."""
    with edge.write() as session:
        feed = subscriptions.get_own_feed(session, feed_id, viewer=viewer())
        subscriptions.revoke_feed(session, feed, act=act())
    flash(_("已停用“%(name)s”的订阅。日历应用下次刷新时就读不到了。", name=feed.name), "success")
    return redirect(url_for("feeds.index"), 303)


def _scope() -> FeedScope:
    """The scope that the address names; a person's where it names none."""
    given = request.args.get("scope", "")
    return FeedScope(given) if given in set(FeedScope) else FeedScope.PERSON


def _form_page(session: Session, form: FeedForm, scope: FeedScope) -> str:
    partnership = partnership_of_page(session)
    form.offer(session, scope, partnership.id if partnership else 0)
    tabs = [
        {"label": label(language(), each), "url": url_for("feeds.new", scope=each), "active": each is scope}
        for each in FeedScope
    ]
    return render_template("feeds/new.html", form=form, scope=scope, tabs=tabs)


def _link_page(feed: Feed, token: str) -> str:
    """The secret in every form that somebody needs; it is stored nowhere and never shown again."""
    https = edge.settings().base_url + url_for("feeds.calendar", token=token)
    webcal = "webcal://" + https.split("://", 1)[1]
    code = segno.make(webcal, error="m").svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    told = {"https": https, "webcal": webcal, "code": code, "clients": CLIENTS, "in_wechat": in_wechat()}
    return render_template("feeds/link.html", row=_row(feed), **told)


def _question(feed_id: int, template: str) -> str:
    with edge.read() as session:
        feed = subscriptions.get_own_feed(session, feed_id, viewer=viewer())
        return render_template(template, row=_row(feed))


def _row(feed: Feed) -> dict[str, str | int]:
    return {
        "id": feed.id,
        "name": feed.name,
        "scope": label(language(), feed.scope),
        "detail": label(language(), feed.detail),
        "language": {"zh": "中文", "en": "English"}[feed.language],
        "alarm": alarm_words(feed.alarm_minutes),
        "since": moment_words(feed.replaced_at or feed.created_at, language(), zone(), year=True),
    }
