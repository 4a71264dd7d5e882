"""Where a form may send its visitor back to: pages of this site, and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def own_page(target: str | None) -> str:
    """``target`` when it is a path of this site that can be read with GET, else "/".

    Backslashes and control characters are refused too: browsers read ``/\\host`` as another site.
    """
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    if any(ord(character) < 33 or ord(character) == 127 for character in target):
        return "/"
    try:
        current_app.create_url_adapter(request).match(urlsplit(target).path, method="GET")
    except RequestRedirect:
        return target
    except (HTTPException, ValueError):
        return "/"
    return target
