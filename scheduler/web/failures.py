"""What a page answers when something fails: one place from error to status, words and page."""

from __future__ import annotations

from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from scheduler.errors import STATUS, StaleEdit, TongtangError
from scheduler.web.door import zone
from scheduler.web.locale import language
from scheduler.wording import explain


def set_up_failures(app: Flask) -> None:
    """Pages for our own errors and for HTTP's; the API has its own."""
    app.register_error_handler(TongtangError, _own_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(StaleDataError, _overtaken)


def status_of(error: TongtangError) -> int:
    """429 for too many sign-ins, else by class."""
    return 429 if error.code == "sign_in.too_often" else STATUS[type(error)]


def words_of(error: TongtangError) -> str:
    """The error as a sentence for this viewer."""
    return explain(error, language(), zone=zone())


def error_page(status: int, why: str) -> tuple[str, int]:
    """What happened, why, and where to go now."""
    if current_user.is_authenticated:
        now = [(_("回到今天"), url_for("home.today"))]
    else:
        now = [(_("去登录"), url_for("sign_in.form"))]
    return render_template("error.html", status=status, what=_title(status), why=why, now=now), status


def _own_error(error: TongtangError) -> tuple[str, int]:
    return error_page(status_of(error), words_of(error))


def _overtaken(error: StaleDataError) -> tuple[str, int]:
    """PostgreSQL lets two requests read the same version; the second one to write is told."""
    return _own_error(StaleEdit(current=0, given=0))


def _http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400 or request.path.startswith("/api/"):
        return error
    return error_page(status, _sentence(status))


def _foreign_host(error: SecurityError) -> ResponseReturnValue:
    """A Host header that is not ours: in plain text, because a page would need links of this site."""
    if request.path.startswith("/api/"):
        return error
    return (
        _("这个网址不是本系统的地址，请向协调员要正确的网址。"),
        400,
        {"Content-Type": "text/plain; charset=utf-8"},
    )


def _title(status: int) -> str:
    return {
        400: _("这个请求不完整"),
        401: _("请先登录"),
        403: _("没有权限"),
        404: _("没有找到"),
        405: _("不能这样打开"),
        409: _("现在不能这样做"),
        413: _("内容太大"),
        422: _("有内容需要修改"),
        429: _("请稍等"),
    }.get(status, _("出错了"))


def _sentence(status: int) -> str:
    return {
        400: _("页面可能停留太久。请返回，刷新后再试一次。"),
        401: _("登录已经结束，请重新登录。"),
        403: _("您的角色不能打开这个页面。"),
        404: _("这个地址没有内容，可能已经删除，或者链接不完整。"),
        405: _("请从页面上的按钮进入。"),
        413: _("一次提交的内容太多，请分几次提交。"),
    }.get(status, _("不是您的操作有误，我们已经记下。请稍后再试。"))
