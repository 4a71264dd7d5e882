"""Every failure as a problem document (RFC 9457): one place maps class to status."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, request
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from scheduler.api.bearer import Unauthorised, language, zone
from scheduler.api.bodies import Malformed, NotAnObject, WrongMediaType
from scheduler.api.once import KeyReused
from scheduler.api.questions import InvalidQuery
from scheduler.api.show_hurdles import show_blocked_day, show_blocked_move, show_conflict, show_objection
from scheduler.api.versions import StaleShown
from scheduler.errors import (
    STATUS,
    Clash,
    Invalid,
    MovesBlocked,
    Objected,
    Problem,
    SeriesBlocked,
    StaleEdit,
    TongtangError,
)
from scheduler.wording import explain, say

STATUSES: dict[type[TongtangError], int] = {
    **STATUS,
    Malformed: 400,
    Unauthorised: 401,
    WrongMediaType: 415,
    NotAnObject: 422,
    KeyReused: 422,
}
TITLES = {
    400: "请求无法读取",
    401: "需要有效的访问令牌",
    403: "没有这样做的权限",
    404: "没有这样的内容",
    405: "这个地址不接受这种方法",
    409: "与现有内容冲突",
    413: "请求内容太大",
    415: "需要 JSON",
    422: "请求内容需要修改",
}
HTTP_CODES = {404: "http.not_found", 405: "http.method_not_allowed", 413: "http.too_large"}
MOST_ERRORS, LONGEST_TOKEN = 100, 100
"""A body of thousands of wrong rows is answered with the first ones."""


def handle_failures(blueprint: Blueprint) -> None:
    """Answer whatever fails in the blueprint's views with a problem document."""
    blueprint.register_error_handler(TongtangError, problem_of)
    blueprint.register_error_handler(StaleDataError, _of_lost_race)
    blueprint.register_error_handler(HTTPException, _of_http)


def refuse_unknown_routes(app: Flask, *, prefix: str) -> None:
    """Answer with problem documents also where no route of ours matches below ``prefix``."""

    @app.before_request
    def refuse_unknown_route() -> Response | None:
        error = request.routing_exception
        if error is None or isinstance(error, RequestRedirect) or not request.path.startswith(prefix):
            return None
        return _of_http(error)


def problem_of(error: TongtangError) -> Response:
    """The error's document: its status by class, its sentence, and what its class adds."""
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        where = _parameter if isinstance(error, InvalidQuery) else _pointer
        more["errors"] = [{**where(p), **_told(p)} for p in error.problems[:MOST_ERRORS]]
    elif isinstance(error, Clash | Objected):
        if isinstance(error, Clash):
            more["conflicts"] = [show_conflict(conflict) for conflict in error.conflicts]
        more["objections"] = [show_objection(objection) for objection in error.objections]
    elif isinstance(error, SeriesBlocked):
        more["days"] = [show_blocked_day(day) for day in error.days]
    elif isinstance(error, MovesBlocked):
        more["moves"] = [show_blocked_move(move) for move in error.moves]
    elif isinstance(error, StaleShown):
        more["current"] = {"version": error.facts["current"], "representation": error.representation}
    return problem(_status_of(error), error.code, explain(error, language(), zone=zone()), more)


def problem(status: int, code: str, detail: str, more: dict[str, Any] | None = None) -> Response:
    """A document of RFC 9457 §3.1. ``type`` is a reference to the page about this kind of problem."""
    document = {
        "type": f"/problems/{code}",
        "title": say(language(), TITLES.get(status, "服务器出错")),
        "status": status,
        "detail": detail,
        "instance": quote(request.path, safe="/:", errors="replace"),
        **(more or {}),
    }
    answer = Response(json.dumps(document), status, content_type="application/problem+json")
    answer.headers["Content-Language"] = "zh-CN" if language() == "zh" else "en"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="tongtang"'
    return answer


def _status_of(error: TongtangError) -> int:
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def _pointer(problem: Problem) -> dict[str, str]:
    """The field's JSON Pointer as a URI fragment (RFC 6901 §6); "#" is the whole body."""
    tokens = problem.field.split(".") if problem.field else []
    escaped = (token[:LONGEST_TOKEN].replace("~", "~0").replace("/", "~1") for token in tokens)
    return {"pointer": "#" + "".join("/" + quote(token, safe="~", errors="replace") for token in escaped)}


def _parameter(problem: Problem) -> dict[str, str]:
    return {"parameter": problem.field[:LONGEST_TOKEN]}


def _told(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "detail": explain(problem, language(), zone=zone())}


def _of_lost_race(_error: StaleDataError) -> Response:
    return problem_of(StaleEdit(current=0, given=0))


def _of_http(error: HTTPException) -> Response:
    """HTTP's own refusals: no such route, wrong method, a body over the limit, a Host that is not ours."""
    status = error.code or 500
    code = HTTP_CODES.get(status, "http.bad_request" if status < 500 else "http.failed")
    answer = problem(status, code, explain(TongtangError(code), language()))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer
