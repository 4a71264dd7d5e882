"""How a feed is answered (RFC 9110 §8.8, §12.5.3, §13): unchanged or whole, as gzip or as it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_TAG = re.compile(r'(?:W/)?("[^"]*")')
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", re.IGNORECASE)
# Outlook, Exchange and Office name themselves so; some of them ask for gzip and cannot read it.
_MICROSOFT = ("microsoft", "msoffice", "ms-office", "outlook", "exchange")


def decide_status(
    *, etag: str, last_modified: datetime, if_none_match: str | None, if_modified_since: str | None
) -> int:
    """304 or 200 for a GET or HEAD of a feed that exists, from the request's two headers as they came.

    ``etag`` is that of the plain bytes; the tag of their gzip form counts as well. If-None-Match, when it is
    there, decides alone. ``last_modified`` is an aware instant. A header that cannot be read means 200.
    """
    if if_none_match is not None:
        return 304 if _names_tag(if_none_match, etag) else 200
    since = _read_date(if_modified_since)
    return 304 if since is not None and last_modified.replace(microsecond=0) <= since else 200


def _names_tag(header: str, etag: str) -> bool:
    if header.strip() == "*":
        return True
    # §13.1.2: the weak comparison, for a proxy that compresses makes our tag weak.
    return not {etag, gzip_etag(etag)}.isdisjoint(_TAG.findall(header))


def _read_date(header: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(header or "")
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def gzip_etag(etag: str) -> str:
    """The strong tag of the gzip form: other bytes, so another tag (RFC 9110 §8.8.3.3)."""
    return etag.removesuffix('"') + '-gzip"'


def accepts_gzip(accept_encoding: str | None, user_agent: str | None) -> bool:
    """Whether to answer with gzip, from the request's headers. ``Vary`` has to name both."""
    agent = (user_agent or "").lower()
    if any(name in agent for name in _MICROSOFT):
        return False
    qualities = dict(map(_read_coding, (accept_encoding or "").lower().split(",")))
    quality = qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0)))
    return quality > 0


def _read_coding(item: str) -> tuple[str, float]:
    """One member of Accept-Encoding and its quality; one that cannot be read counts as refused."""
    coding, semicolon, parameter = item.partition(";")
    match = _QUALITY.fullmatch(parameter)
    return coding.strip(), float(match[1]) if match else float(not semicolon)
