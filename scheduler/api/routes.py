"""What the parts of an address take; anything else is an unknown address."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, Map

from scheduler.domain.shelves import SHELVES, Shelf


class RowId(BaseConverter):
    """A row's id: as many digits as a 64-bit column surely holds."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


class BookingId(BaseConverter):
    """A booking's public id."""

    regex = "[0-9a-z]{1,24}"


class Year(BaseConverter):
    """A year of the calendars: 2000 to 2100."""

    regex = "20[0-9]{2}|2100"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


class ShelfKey(AnyConverter):
    """The name of a shelf of the directory."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, *SHELVES)

    def to_python(self, value: str) -> Shelf:
        """The shelf."""
        return SHELVES[value]

    def to_url(self, value: Any) -> str:
        """Its name."""
        return value.key if isinstance(value, Shelf) else str(value)


def set_up_converters(app: Flask) -> None:
    """Make the kinds of parts known (``<row:…>``, ``<shelf:…>`` …); before the routes that use them."""
    app.url_map.converters.update(row=RowId, booking=BookingId, year=Year, shelf=ShelfKey)
