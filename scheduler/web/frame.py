"""What every page's frame shows: where one can go, whose account, which partnership."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from scheduler import edge
from scheduler.domain.queries import visible_partnerships
from scheduler.models.places import Partnership
from scheduler.web.door import viewer
from scheduler.web.locale import name_of

NAVIGATION = (
    ("home.today", _("今天"), "home"),
    ("calendar.agenda", _("日历"), "calendar"),
    ("bookings.index", _("活动"), "list-check"),
    ("directory.index", _("名录"), "address-book"),
    ("records.index", _("记录"), "clipboard-text"),
    ("feeds.index", _("订阅"), "rss"),
    ("account.index", _("账号"), "user-circle"),
)

REACHED_FROM = {
    "users": "account",
    "slots": "bookings",
    "series": "bookings",
    "closures": "directory",
    "bells": "directory",
    "holidays": "directory",
    "buffers": "directory",
}
"""Areas without an entry of their own."""

IN_BAR = {"home.today", "calendar.agenda", "bookings.index", "records.index"}
"""What a phone's bottom bar shows; the others are under 更多."""


def set_up_frame(app: Flask) -> None:
    """Give every page its navigation."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        if not current_user.is_authenticated:
            return {}
        return {
            "navigation": [
                {
                    "endpoint": endpoint,
                    "label": label,
                    "icon": icon,
                    "active": _is_active(endpoint),
                    "in_bar": endpoint in IN_BAR,
                }
                for endpoint, label, icon in NAVIGATION
                if endpoint in app.view_functions
            ],
            "partnership_name": _partnership_name(),
            "user_name": current_user.name,
            "sign_out_url": url_for("sign_in.sign_out"),
        }


def partnership_of_page(database: Session) -> Partnership | None:
    """The partnership that the viewer works in now: the chosen one, else the first; None without any."""
    visible = list(database.scalars(visible_partnerships(viewer())))
    chosen = session.get("partnership_id")
    return next((p for p in visible if p.id == chosen), visible[0] if visible else None)


def _partnership_name() -> str:
    with edge.read() as database:
        partnership = partnership_of_page(database)
        return name_of(partnership) if partnership else ""


def _is_active(endpoint: str) -> bool:
    area = (request.endpoint or "").split(".")[0]
    return REACHED_FROM.get(area, area) == endpoint.split(".")[0]
