"""The form of a new subscription: whose calendar, how much it tells, in which language, with a reminder."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice

from scheduler.domain.subscriptions import targets
from scheduler.models.feeds import FeedDetail, FeedScope
from scheduler.models.users import User
from scheduler.web.door import viewer
from scheduler.web.forms import choices_of
from scheduler.web.locale import language, name_of

ALARMS = ("", "10", "30", "60", "1440")
LANGUAGE_CHOICES = [SelectChoice("zh", "中文"), SelectChoice("en", "English")]
NAMES = {
    FeedScope.PERSON: _("看谁的日历"),
    FeedScope.ORGANISATION: _("看哪个单位的日历"),
    FeedScope.PARTNERSHIP: _("看哪个协作的日历"),
}


class FeedForm(FlaskForm):
    """One subscription, within a scope that the page's address names."""

    target = SelectField(_("看谁的日历"))
    detail = RadioField(_("日历里显示什么"))
    language = RadioField(_("日历的语言"), choices=LANGUAGE_CHOICES)
    alarm_minutes = SelectField(_("提醒"))

    def offer(self, session: Session, scope: FeedScope, partnership_id: int) -> None:
        """Give every choice what the viewer may choose."""
        self.target.label.text = str(NAMES[scope])
        rows = session.scalars(targets(viewer(), scope, partnership_id=partnership_id)).all()
        self.target.choices = [SelectChoice("", gettext("请选择")), *(_choice(row) for row in rows)]
        if scope is FeedScope.PARTNERSHIP:
            del self.target.choices[0]
        personal = [FeedDetail.PERSONAL] if scope is FeedScope.PERSON else []
        details = [*personal, FeedDetail.SHARED, FeedDetail.BUSY]
        self.detail.choices = choices_of(details)
        self.alarm_minutes.choices = list(map(SelectChoice, ALARMS, _alarm_words()))

    def raw(self, scope: FeedScope) -> dict[str, Any]:
        """As create_feed takes it."""
        return {
            "scope": scope.value,
            f"{scope.value}_id": self.target.data,
            "detail": self.detail.data or "",
            "language": self.language.data or "",
            "alarm_minutes": self.alarm_minutes.data,
        }


def first_values(session: Session, scope: FeedScope) -> dict[str, str]:
    """One's own calendar, all of it, in one's own language."""
    user = session.get_one(User, viewer().user_id)
    own = user.person_id if scope is FeedScope.PERSON else None
    detail = FeedDetail.PERSONAL if scope is FeedScope.PERSON else FeedDetail.SHARED
    return {"target": str(own or ""), "detail": detail.value, "language": language(), "alarm_minutes": ""}


def alarm_words(minutes: int | None) -> str:
    """When a subscription reminds."""
    known = dict(zip(ALARMS, _alarm_words(), strict=True))
    return known.get("" if minutes is None else str(minutes)) or gettext(
        "提前 %(minutes)s 分钟", minutes=minutes
    )


def _alarm_words() -> list[str]:
    return [
        gettext("不提醒"),
        gettext("提前 %(minutes)s 分钟", minutes=10),
        gettext("提前 %(minutes)s 分钟", minutes=30),
        gettext("提前 1 小时"),
        gettext("提前 1 天"),
    ]


def _choice(row: Any) -> SelectChoice:
    """Two people may bear one name: their organisations tell them apart."""
    organisation = getattr(row, "organisation", None)
    return SelectChoice(
        str(row.id), f"{row.name} · {name_of(organisation)}" if organisation else name_of(row)
    )
