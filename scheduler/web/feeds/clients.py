"""How a calendar link is put into each program, and how late each of them fetches changes."""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _


class Client(NamedTuple):
    """A calendar program: how to subscribe in one line, and when it shows a change."""

    name: LazyString
    how: LazyString
    when: LazyString


CLIENTS = (
    Client(
        _("iPhone、iPad"),
        _("用相机扫二维码，或点“在日历里打开”，再点“订阅”。"),
        _("约 1 小时；“设置－日历－账户－获取新数据”里可改"),
    ),
    Client(
        _("Mac"),
        _("“日历－文件－新建日历订阅”，粘贴链接，自动刷新选“每小时”。"),
        _("1 小时"),
    ),
    Client(
        _("安卓（ICSx⁵）"),
        _("安装 ICSx⁵，按“＋”，粘贴第二个链接；活动会出现在手机自带的日历里。"),
        _("默认 1 天，可在应用里改成 1 小时"),
    ),
    Client(
        _("华为、小米、OPPO"),
        _("先试自带日历的“订阅日历”；没有这一项时，用浏览器打开第二个链接，选“日历”导入。"),
        _("导入的不会自动更新，改动后要重新导入"),
    ),
    Client(
        _("Outlook"),
        _("“日历－添加日历－从 Internet 订阅”，粘贴第二个链接。"),
        _("约 3 小时，有时更久"),
    ),
    Client(
        _("Google 日历"),
        _("在电脑上打开“其他日历－＋－通过网址添加”，粘贴第二个链接。"),
        _("8 到 12 小时"),
    ),
    Client(
        _("Thunderbird"),
        _("“新建日历－在网络上”，粘贴第二个链接。"),
        _("30 分钟，可改"),
    ),
)


def in_wechat() -> bool:
    """Whether the page is shown inside WeChat, which opens neither webcal: nor .ics."""
    return "MicroMessenger" in request.headers.get("User-Agent", "")
