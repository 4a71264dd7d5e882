"""Our stylesheets, scripts and icons: compressed once, and kept by browsers until they change."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.security import safe_join

TEXT = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}
FOR_A_YEAR = "public, max-age=31536000, immutable"


def set_up_static_files(app: Flask) -> None:
    """Give static addresses a version (``?v=``) that changes with the file, and compress what is text."""

    @app.url_defaults
    def add_version(endpoint: str, values: dict) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = _version(app, values["filename"])

    @app.after_request
    def compress(response: Response) -> Response:
        if request.endpoint != "static" or response.status_code not in (200, 304):
            return response
        if "v" in request.args:
            response.headers["Cache-Control"] = FOR_A_YEAR
        if response.mimetype in TEXT:
            response.vary.add("Accept-Encoding")
            whole = response.status_code == 200 and "Range" not in request.headers
            if whole and request.accept_encodings["gzip"]:
                _send_compressed(app, response)
        return response


def _path(app: Flask, filename: str) -> Path | None:
    joined = safe_join(app.static_folder, filename)
    return Path(joined) if joined and Path(joined).is_file() else None


def _version(app: Flask, filename: str) -> str | None:
    path = _path(app, filename)
    if path is None:
        return None
    facts = path.stat()
    return f"{facts.st_mtime_ns // 1_000_000:x}{facts.st_size:x}"


def _send_compressed(app: Flask, response: Response) -> None:
    path = _path(app, request.view_args["filename"])
    if path is None:
        return
    response.close()
    response.direct_passthrough = False
    response.set_data(b"" if request.method == "HEAD" else _compressed(path, path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(f"{etag}-gzip")
        response.make_conditional(request)


@lru_cache(maxsize=64)
def _compressed(path: Path, changed: int) -> bytes:
    """The file gzipped; ``changed`` (its mtime) is part of the cache's key."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)
