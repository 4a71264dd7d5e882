"""Who gets what: every rule of the URL map, with the status that each actor is answered.

To add a route, add a row. The six columns are the statuses for nobody, viewer, manager (of school 1), region
coordinator (of Linxi), coordinator (of the partnership) and administrator; the seventh is a coordinator of
another partnership. Addresses name rows of the small world in braces. An actor's rows run from top to bottom
in one database of their own; what is sent is refused (422) where it can be, so that a row changes little, and
what does change things stands where no later row minds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ACTORS = (
    "nobody",
    "viewer",
    "manager",
    "region coordinator",
    "coordinator",
    "administrator",
    "outsider",
)


@dataclass(frozen=True)
class Row:
    """One endpoint with one method at one address."""

    endpoint: str
    method: str
    address: str
    statuses: tuple[int, ...]
    sent: dict[str, Any] = field(default_factory=dict)


def _row(endpoint: str, address: str, statuses: str, **sent: Any) -> Row:
    method, address = address.split(" ", 1)
    return Row(endpoint, method, address, tuple(int(status) for status in statuses.split()), sent)


PUBLIC = frozenset(
    {
        "static",
        "health.healthz",
        "feeds.calendar",
        "preferences.language_switch",
        "preferences.theme_switch",
        "sign_in.form",
        "sign_in.sign_in",
        "sign_in.sign_out",
    }
)
"""Endpoints that need no sign-in; the API's ask for a token themselves."""

ROWS = (
    _row("static", "GET /static/tongtang.css", "200 200 200 200 200 200 200"),
    _row("health.healthz", "GET /healthz", "200 200 200 200 200 200 200"),
    _row("sign_in.form", "GET /sign-in", "200 302 302 302 302 302 302"),
    _row("sign_in.sign_in", "POST /sign-in", "422 422 422 422 422 422 422"),
    _row("preferences.language_switch", "POST /language", "303 303 303 303 303 303 303", language="zh"),
    _row("preferences.theme_switch", "POST /theme", "303 303 303 303 303 303 303", theme="dark"),
    # Feeds: the address is the secret, whoever asks.
    _row("feeds.calendar", "GET /feeds/nothing.ics", "404 404 404 404 404 404 404"),
    _row("feeds.calendar", "GET /feeds/{feed token}.ics", "200 200 200 200 200 200 200"),
    # What is coming.
    _row("home.today", "GET /", "302 200 200 200 200 200 200"),
    _row("calendar.agenda", "GET /calendar", "302 200 200 200 200 200 200"),
    _row("calendar.week", "GET /calendar/week", "302 200 200 200 200 200 200"),
    # Bookings: {lesson} has school 1 in it, {far lesson} schools 2 and 3, {museum visit} nobody of Linxi.
    _row("slots.index", "GET /slots", "302 403 403 200 200 200 200"),
    _row("bookings.index", "GET /bookings", "302 200 200 200 200 200 200"),
    _row("bookings.new", "GET /bookings/new", "302 403 403 200 200 200 200"),
    _row("bookings.create", "POST /bookings/new", "401 403 403 422 422 422 422"),
    _row("bookings.show", "GET /bookings/{lesson}", "302 200 200 200 200 200 404"),
    _row("bookings.show", "GET /bookings/{far lesson}", "302 200 404 200 200 200 404"),
    _row("bookings.show", "GET /bookings/{museum visit}", "302 200 404 200 200 200 404"),
    _row("bookings.show", "GET /bookings/none", "302 404 404 404 404 404 404"),
    _row("bookings.edit", "GET /bookings/{lesson}/edit", "302 403 403 200 200 200 404"),
    _row("bookings.edit", "GET /bookings/{museum visit}/edit", "302 403 404 403 200 200 404"),
    _row("bookings.change", "POST /bookings/{lesson}/edit", "401 403 403 422 422 422 404"),
    _row("bookings.change", "POST /bookings/{museum visit}/edit", "401 403 404 403 422 422 404"),
    _row("bookings.move", "GET /bookings/{lesson}/move", "302 403 403 200 200 200 404"),
    _row("bookings.move", "GET /bookings/{museum visit}/move", "302 403 404 403 200 200 404"),
    _row("bookings.move_to", "POST /bookings/{lesson}/move", "401 403 403 422 422 422 404"),
    _row("bookings.move_to", "POST /bookings/{museum visit}/move", "401 403 404 403 422 422 404"),
    _row("bookings.cancel", "GET /bookings/{lesson}/cancel", "302 403 403 200 200 200 404"),
    _row("bookings.cancel", "GET /bookings/{museum visit}/cancel", "302 403 404 403 200 200 404"),
    _row("bookings.cancel_now", "POST /bookings/{lesson}/cancel", "401 403 403 422 422 422 404"),
    _row("bookings.cancel_now", "POST /bookings/{museum visit}/cancel", "401 403 404 403 422 422 404"),
    # Series: {series} is one booking with school 1 in it, and a day that was skipped.
    _row("series.index", "GET /series", "302 200 200 200 200 200 200"),
    _row("series.new", "GET /series/new", "302 403 403 200 200 200 200"),
    _row("series.preview", "POST /series/new", "401 403 403 422 422 422 422"),
    _row("series.book", "POST /series/book", "401 403 403 422 422 422 422"),
    _row("series.show", "GET /series/{series}", "302 200 200 200 200 200 404"),
    _row("series.show", "GET /series/none", "302 404 404 404 404 404 404"),
    _row("series.add", "GET /series/{series}/days/2019-01-10", "302 403 403 200 200 200 404"),
    _row("series.add_now", "POST /series/{series}/days/2019-01-10", "401 403 403 422 422 422 404"),
    # Records: {past lesson} has school 1 in it, {far lesson} has not; nothing is recorded of either.
    _row("records.index", "GET /records", "302 200 200 200 200 200 200"),
    _row("records.edit", "GET /bookings/{past lesson}/record", "302 200 200 200 200 200 404"),
    _row("records.edit", "GET /bookings/{far lesson}/record", "302 200 404 200 200 200 404"),
    _row("records.paper", "GET /bookings/{past lesson}/record.docx", "302 200 200 200 200 200 404"),
    _row("records.paper", "GET /bookings/{far lesson}/record.docx", "302 200 404 200 200 200 404"),
    _row("records.reopen", "POST /bookings/{past lesson}/record/reopen", "401 403 409 409 409 409 404"),
    _row("records.reopen", "POST /bookings/{far lesson}/record/reopen", "401 403 404 409 409 409 404"),
    _row("records.save", "POST /bookings/{past lesson}/record", "401 403 422 422 422 422 404", file="1"),
    _row("records.save", "POST /bookings/{far lesson}/record", "401 403 404 409 409 409 404", file="1"),
    _row("records.save", "POST /bookings/{museum visit}/record", "401 403 404 403 409 409 404", file="1"),
    # One's own subscriptions; somebody else's do not exist.
    _row("feeds.index", "GET /feeds", "302 200 200 200 200 200 200"),
    _row("feeds.new", "GET /feeds/new", "302 200 200 200 200 200 200"),
    _row("feeds.create", "POST /feeds/new", "401 422 422 422 422 422 422"),
    _row("feeds.replace_question", "GET /feeds/{their feed}/replace", "302 404 404 404 404 404 404"),
    _row("feeds.replace_link", "POST /feeds/{their feed}/replace", "401 404 404 404 404 404 404"),
    _row("feeds.revoke_question", "GET /feeds/{their feed}/revoke", "302 404 404 404 404 404 404"),
    _row("feeds.revoke", "POST /feeds/{their feed}/revoke", "401 404 404 404 404 404 404"),
    # The directory: own school, sibling school, other region, retired, the whole partnership.
    _row("directory.index", "GET /directory", "302 200 200 200 200 200 200"),
    _row("directory.shelf", "GET /directory/partnerships", "302 200 200 200 200 200 200"),
    _row("directory.shelf", "GET /directory/persons", "302 200 200 200 200 200 200"),
    _row("directory.entry", "GET /directory/partnerships/{partnership}", "302 200 200 200 200 200 404"),
    _row("directory.entry", "GET /directory/regions/{linxi}", "302 200 200 200 200 200 404"),
    _row("directory.entry", "GET /directory/organisations/{museum}", "302 200 200 200 200 200 404"),
    _row("directory.entry", "GET /directory/persons/{assistant 2}", "302 200 200 200 200 200 404"),
    _row("directory.entry", "GET /directory/persons/{retired person}", "302 200 200 200 200 200 404"),
    _row("directory.entry", "GET /directory/organisations/{elsewhere}", "302 404 404 404 404 200 200"),
    _row("directory.new_form", "GET /directory/partnerships/new", "302 403 403 403 403 200 403"),
    _row("directory.new_form", "GET /directory/regions/new", "302 403 403 403 200 200 200"),
    _row("directory.new_form", "GET /directory/organisations/new", "302 403 403 200 200 200 200"),
    _row("directory.new_form", "GET /directory/persons/new", "302 403 200 200 200 200 200"),
    _row("directory.new_form", "GET /directory/kits/new", "302 403 200 200 200 200 200"),
    _row("directory.new_form", "GET /directory/terms/new", "302 403 403 200 200 200 200"),
    _row("directory.new_form", "GET /directory/openings/new", "302 403 200 200 200 200 200"),
    _row("directory.new_form", "GET /directory/swaps/new", "302 403 200 200 200 200 200"),
    _row("directory.new_form", "GET /directory/closures/new", "302 403 200 200 200 200 200"),
    _row("directory.create", "POST /directory/partnerships/new", "401 403 403 403 403 422 403"),
    _row("directory.create", "POST /directory/regions/new", "401 403 403 403 422 422 422"),
    _row("directory.create", "POST /directory/organisations/new", "401 403 403 422 422 422 422"),
    _row("directory.create", "POST /directory/persons/new", "401 403 422 422 422 422 422"),
    _row("directory.create", "POST /directory/terms/new", "401 403 403 422 422 422 422"),
    _row("directory.create", "POST /directory/openings/new", "401 403 422 422 422 422 422"),
    _row("directory.create", "POST /directory/swaps/new", "401 403 422 422 422 422 422"),
    _row("directory.create", "POST /directory/closures/new", "401 403 422 422 422 422 422"),
    _row(
        "directory.edit_form", "GET /directory/partnerships/{partnership}/edit", "302 403 403 403 403 200 404"
    ),
    _row("directory.edit_form", "GET /directory/regions/{linxi}/edit", "302 403 403 403 200 200 404"),
    _row(
        "directory.edit_form", "GET /directory/organisations/{school 1}/edit", "302 403 403 200 200 200 404"
    ),
    _row("directory.edit_form", "GET /directory/organisations/{museum}/edit", "302 403 403 403 200 200 404"),
    _row("directory.edit_form", "GET /directory/persons/{assistant 1}/edit", "302 403 200 200 200 200 404"),
    _row("directory.edit_form", "GET /directory/persons/{assistant 2}/edit", "302 403 403 200 200 200 404"),
    _row("directory.edit_form", "GET /directory/persons/{lead}/edit", "302 403 403 403 200 200 404"),
    _row(
        "directory.edit_form", "GET /directory/organisations/{elsewhere}/edit", "302 404 404 404 404 200 200"
    ),
    _row("directory.edit", "POST /directory/partnerships/{partnership}/edit", "401 403 403 403 403 422 404"),
    _row("directory.edit", "POST /directory/regions/{linxi}/edit", "401 403 403 403 422 422 404"),
    _row("directory.edit", "POST /directory/organisations/{school 1}/edit", "401 403 403 422 422 422 404"),
    _row("directory.edit", "POST /directory/organisations/{museum}/edit", "401 403 403 403 422 422 404"),
    _row("directory.edit", "POST /directory/persons/{assistant 1}/edit", "401 403 422 422 422 422 404"),
    _row("directory.edit", "POST /directory/persons/{assistant 2}/edit", "401 403 403 422 422 422 404"),
    _row("directory.edit", "POST /directory/persons/{lead}/edit", "401 403 403 403 422 422 404"),
    _row("directory.edit", "POST /directory/organisations/{elsewhere}/edit", "401 404 404 404 404 422 422"),
    # What a closure hits: seen by the partnership, moved by whoever may change the bookings.
    _row("closures.hits", "GET /closures/{museum closure}/hits", "302 200 200 200 200 200 404"),
    _row("closures.move", "POST /closures/{museum closure}/hits", "401 422 422 422 422 422 404"),
    # Calendars of fact: {museum closure} is the museum's, {term} Linxi's, {swap} school 1's.
    _row("directory.entry", "GET /directory/closures/{museum closure}", "302 200 200 200 200 200 404"),
    _row(
        "directory.edit_form", "GET /directory/closures/{museum closure}/edit", "302 403 403 403 200 200 404"
    ),
    _row("directory.edit_form", "GET /directory/terms/{term}/edit", "302 403 403 200 200 200 404"),
    _row("directory.edit_form", "GET /directory/swaps/{swap}/edit", "302 403 200 200 200 200 404"),
    _row("directory.edit", "POST /directory/closures/{museum closure}/edit", "401 403 403 403 422 422 404"),
    _row("directory.edit", "POST /directory/terms/{term}/edit", "401 403 403 422 422 422 404"),
    _row("directory.edit", "POST /directory/swaps/{swap}/edit", "401 403 422 422 422 422 404"),
    _row(
        "directory.retire", "POST /directory/closures/{museum closure}/retire", "401 403 403 403 303 303 404"
    ),
    _row(
        "directory.restore",
        "POST /directory/closures/{museum closure}/restore",
        "401 403 403 403 303 303 404",
    ),
    _row("directory.retire", "POST /directory/swaps/{swap}/retire", "401 403 303 303 303 303 404"),
    _row("directory.restore", "POST /directory/swaps/{swap}/restore", "401 403 303 303 303 303 404"),
    _row("directory.retire", "POST /directory/rooms/{room 1}/retire", "401 403 303 303 303 303 404"),
    _row("directory.retire", "POST /directory/rooms/{room 2}/retire", "401 403 403 303 303 303 404"),
    _row("directory.retire", "POST /directory/rooms/{gallery}/retire", "401 403 403 403 303 303 404"),
    _row("directory.restore", "POST /directory/rooms/{room 1}/restore", "401 403 303 303 303 303 404"),
    _row("directory.restore", "POST /directory/rooms/{room 2}/restore", "401 403 403 303 303 303 404"),
    _row("directory.restore", "POST /directory/rooms/{gallery}/restore", "401 403 403 403 303 303 404"),
    _row(
        "directory.add_former_name",
        "POST /directory/organisations/{school 1}/former-names",
        "401 403 403 422 422 422 404",
    ),
    _row(
        "directory.add_former_name",
        "POST /directory/organisations/{museum}/former-names",
        "401 403 403 403 422 422 404",
    ),
    _row(
        "directory.remove_former_name",
        "POST /directory/organisations/{school 1}/former-names/1/remove",
        "401 403 403 404 404 404 404",
    ),
    _row(
        "directory.remove_former_name",
        "POST /directory/organisations/{museum}/former-names/{former name}/remove",
        "401 403 403 403 303 303 404",
    ),
    # Bells: {bells} are those of school 1, {far bells} those of school 2.
    _row("bells.index", "GET /bells", "302 200 200 200 200 200 200"),
    _row("bells.school", "GET /bells/schools/{school 1}", "302 200 200 200 200 200 404"),
    _row("bells.school", "GET /bells/schools/{museum}", "302 404 404 404 404 404 404"),
    _row("bells.new_form", "GET /bells/schools/{school 1}/new", "302 403 200 200 200 200 404"),
    _row("bells.new_form", "GET /bells/schools/{school 2}/new", "302 403 403 200 200 200 404"),
    _row("bells.create", "POST /bells/schools/{school 1}/new", "401 403 422 422 422 422 404"),
    _row("bells.create", "POST /bells/schools/{school 2}/new", "401 403 403 422 422 422 404"),
    _row("bells.copy_form", "GET /bells/schools/{school 1}/copy", "302 403 200 200 200 200 404"),
    _row("bells.copy_form", "GET /bells/schools/{school 2}/copy", "302 403 403 200 200 200 404"),
    _row("bells.copy", "POST /bells/schools/{school 1}/copy", "401 403 422 422 422 422 404"),
    _row("bells.copy", "POST /bells/schools/{school 2}/copy", "401 403 403 422 422 422 404"),
    _row("bells.edit_form", "GET /bells/{bells}/edit", "302 403 200 200 200 200 404"),
    _row("bells.edit_form", "GET /bells/{far bells}/edit", "302 403 403 200 200 200 404"),
    _row("bells.edit", "POST /bells/{bells}/edit", "401 403 422 422 422 422 404"),
    _row("bells.edit", "POST /bells/{far bells}/edit", "401 403 403 422 422 422 404"),
    _row("bells.retire", "POST /bells/{bells}/retire", "401 403 303 303 303 303 404"),
    _row("bells.retire", "POST /bells/{far bells}/retire", "401 403 403 303 303 303 404"),
    _row("bells.restore", "POST /bells/{bells}/restore", "401 403 303 303 303 303 404"),
    _row("bells.restore", "POST /bells/{far bells}/restore", "401 403 403 303 303 303 404"),
    # Accounts of others: administrators only.
    _row("users.index", "GET /users", "302 403 403 403 403 200 403"),
    _row("users.new_form", "GET /users/new", "302 403 403 403 403 200 403"),
    _row("users.create", "POST /users/new", "401 403 403 403 403 422 403"),
    _row("users.show", "GET /users/{somebody}", "302 403 403 403 403 200 403"),
    _row("users.show", "GET /users/999999", "302 403 403 403 403 404 403"),
    _row("users.edit_form", "GET /users/{somebody}/edit", "302 403 403 403 403 200 403"),
    _row("users.edit", "POST /users/{somebody}/edit", "401 403 403 403 403 422 403"),
    _row("users.grant_role", "POST /users/{somebody}/roles", "401 403 403 403 403 422 403"),
    _row(
        "users.withdraw_role",
        "POST /users/{somebody}/roles/{their role}/withdraw",
        "401 403 403 403 403 303 403",
    ),
    _row("users.password_form", "GET /users/{somebody}/password", "302 403 403 403 403 200 403"),
    _row(
        "users.reset_password",
        "POST /users/{somebody}/password",
        "401 403 403 403 403 422 403",
        password="short",
    ),
    _row("users.disable", "POST /users/{somebody}/disable", "401 403 403 403 403 303 403"),
    _row("users.enable", "POST /users/{somebody}/enable", "401 403 403 403 403 303 403"),
    # Holidays and buffers: looked at by everyone, kept by who coordinates a whole partnership: their own.
    _row("holidays.index", "GET /holidays", "302 200 200 200 200 200 200"),
    _row("holidays.year", "GET /holidays/2030", "302 200 200 200 200 200 200"),
    _row("holidays.import_form", "GET /holidays/2030/import", "302 403 403 403 200 200 200"),
    _row("holidays.bring", "POST /holidays/2030/import", "401 403 403 403 422 422 422"),
    _row("holidays.forget", "POST /holidays/2030/forget", "401 403 403 403 404 404 404"),
    _row("buffers.index", "GET /buffers?kind=visit", "302 200 200 200 200 200 200"),
    _row(
        "buffers.save",
        "POST /buffers/visit",
        "401 403 403 403 422 422 422",
        **{"margins-0-role": "king"},
    ),
    _row("buffers.reset", "POST /buffers/visit/reset", "401 403 403 403 303 303 303"),
    # One's own account.
    _row("account.index", "GET /account", "302 200 200 200 200 200 200"),
    _row("account.change_profile", "POST /account/profile", "401 422 422 422 422 422 422"),
    _row("account.password_form", "GET /account/password", "302 200 200 200 200 200 200"),
    _row("account.change_password", "POST /account/password", "401 422 422 422 422 422 422"),
    _row("account.create_token", "POST /account/tokens", "401 422 422 422 422 422 422"),
    _row("account.revoke_token", "POST /account/tokens/{their token}/revoke", "401 404 404 404 404 404 404"),
    _row(
        "account.switch_partnership",
        "POST /account/partnership",
        "401 303 303 303 303 303 404",
        partnership_id="{partnership}",
    ),
    # The API, by bearer token: the same rules as the pages.
    _row("api.index", "GET /api/v1/", "200 200 200 200 200 200 200"),
    _row("api.openapi", "GET /api/v1/openapi.json", "200 200 200 200 200 200 200"),
    _row("api.list_bookings", "GET /api/v1/bookings", "401 200 200 200 200 200 200"),
    _row("api.read_booking", "GET /api/v1/bookings/{lesson}", "401 200 200 200 200 200 404"),
    _row("api.read_booking", "GET /api/v1/bookings/{far lesson}", "401 200 404 200 200 200 404"),
    _row("api.read_booking", "GET /api/v1/bookings/{museum visit}", "401 200 404 200 200 200 404"),
    _row("api.read_history", "GET /api/v1/bookings/{lesson}/history", "401 200 200 200 200 200 404"),
    _row("api.read_history", "GET /api/v1/bookings/{far lesson}/history", "401 200 404 200 200 200 404"),
    # Finding a time: who may book; whether somebody is free, everyone of the partnership may ask.
    _row(
        "api.list_slots",
        "GET /api/v1/slots?required={lead}&partnership_id={partnership}",
        "401 403 403 200 200 200 422",
    ),
    _row("api.read_availability", "GET /api/v1/availability", "401 422 422 422 422 422 422"),
    _row("api.book", "POST /api/v1/bookings", "401 403 403 422 422 422 422"),
    _row("api.change_booking", "PUT /api/v1/bookings/{lesson}", "401 403 403 422 422 422 404"),
    _row("api.change_booking", "PUT /api/v1/bookings/{museum visit}", "401 403 404 403 422 422 404"),
    _row("api.move_booking", "POST /api/v1/bookings/{lesson}/move", "401 403 403 422 422 422 404"),
    _row("api.move_booking", "POST /api/v1/bookings/{museum visit}/move", "401 403 404 403 422 422 404"),
    _row("api.cancel_booking", "POST /api/v1/bookings/{lesson}/cancel", "401 403 403 422 422 422 404"),
    _row("api.cancel_booking", "POST /api/v1/bookings/{museum visit}/cancel", "401 403 404 403 422 422 404"),
    _row("api.list_series", "GET /api/v1/series", "401 200 200 200 200 200 200"),
    _row("api.book_series", "POST /api/v1/series", "401 403 403 422 422 422 422"),
    _row("api.read_series", "GET /api/v1/series/{series}", "401 200 200 200 200 200 404"),
    _row("api.add_occurrence", "POST /api/v1/series/{series}/occurrences", "401 403 403 422 422 422 404"),
    _row("api.read_record", "GET /api/v1/bookings/{lesson}/record", "401 404 404 404 404 404 404"),
    _row("api.write_record", "PUT /api/v1/bookings/{lesson}/record", "401 403 422 422 422 422 404"),
    _row("api.write_record", "PUT /api/v1/bookings/{far lesson}/record", "401 403 404 422 422 422 404"),
    _row("api.file_record", "POST /api/v1/bookings/{lesson}/record/file", "401 403 422 422 422 422 404"),
    _row("api.reopen_record", "POST /api/v1/bookings/{lesson}/record/reopen", "401 403 422 422 422 422 404"),
    _row("api.read_paper", "GET /api/v1/bookings/{lesson}/record.docx", "401 200 200 200 200 200 404"),
    _row("api.read_paper", "GET /api/v1/bookings/{far lesson}/record.docx", "401 200 404 200 200 200 404"),
    _row("api.list_entries", "GET /api/v1/persons", "401 200 200 200 200 200 200"),
    _row("api.read_entry", "GET /api/v1/persons/{assistant 2}", "401 200 200 200 200 200 404"),
    _row("api.read_entry", "GET /api/v1/organisations/{elsewhere}", "401 404 404 404 404 200 200"),
    _row(
        "api.create_entry",
        "POST /api/v1/persons",
        "401 403 201 201 201 201 422",
        organisation_id="{school 1}",
        name="新老师（示例）",
    ),
    _row("api.change_entry", "PATCH /api/v1/persons/{assistant 1}", "401 403 422 422 422 422 404"),
    _row("api.change_entry", "PATCH /api/v1/persons/{assistant 2}", "401 403 403 422 422 422 404"),
    _row("api.change_entry", "PATCH /api/v1/persons/{lead}", "401 403 403 403 422 422 404"),
    _row("api.read_entry", "GET /api/v1/closures/{museum closure}", "401 200 200 200 200 200 404"),
    _row("api.change_entry", "PATCH /api/v1/closures/{museum closure}", "401 403 403 403 422 422 404"),
    _row("api.list_hits", "GET /api/v1/closures/{museum closure}/hits", "401 200 200 200 200 200 404"),
    _row("api.move_hits", "POST /api/v1/closures/{museum closure}/moves", "401 422 422 422 422 422 404"),
    _row("api.change_entry", "PATCH /api/v1/terms/{term}", "401 403 403 422 422 422 404"),
    _row("api.change_entry", "PATCH /api/v1/swaps/{swap}", "401 403 422 422 422 422 404"),
    _row("api.retire_entry", "POST /api/v1/rooms/{room 1}/retire", "401 403 422 422 422 422 404"),
    _row("api.restore_entry", "POST /api/v1/rooms/{room 1}/restore", "401 403 422 422 422 422 404"),
    _row(
        "api.list_holidays",
        "GET /api/v1/holidays?partnership_id={partnership}",
        "401 200 200 200 200 200 422",
    ),
    _row(
        "api.read_holidays",
        "GET /api/v1/holidays/2030?partnership_id={partnership}",
        "401 200 200 200 200 200 422",
    ),
    _row(
        "api.import_holidays",
        "PUT /api/v1/holidays/2030",
        "401 403 403 403 422 422 422",
        partnership_id="{partnership}",
    ),
    _row(
        "api.forget_holidays",
        "DELETE /api/v1/holidays/2030?partnership_id={partnership}&version=0",
        "401 403 403 403 404 404 422",
    ),
    _row(
        "api.list_buffers", "GET /api/v1/buffers?partnership_id={partnership}", "401 200 200 200 200 200 422"
    ),
    _row(
        "api.set_buffers",
        "PUT /api/v1/buffers",
        "401 403 403 403 422 422 422",
        partnership_id="{partnership}",
    ),
    _row("api.list_bells", "GET /api/v1/bells", "401 200 200 200 200 200 200"),
    _row("api.create_bells", "POST /api/v1/bells", "401 422 422 422 422 422 422"),
    _row(
        "api.create_bells",
        "POST /api/v1/bells?",
        "401 403 403 422 422 422 422",
        organisation_id="{school 2}",
    ),
    _row("api.read_bells", "GET /api/v1/bells/{bells}", "401 200 200 200 200 200 404"),
    _row("api.change_bells", "PATCH /api/v1/bells/{bells}", "401 403 422 422 422 422 404"),
    _row("api.change_bells", "PATCH /api/v1/bells/{far bells}", "401 403 403 422 422 422 404"),
    _row("api.copy_bells", "POST /api/v1/bells/{bells}/copy", "401 422 422 422 422 422 404"),
    _row(
        "api.copy_bells",
        "POST /api/v1/bells/{far bells}/copy",
        "401 403 403 422 422 422 404",
        organisation_id="{school 2}",
    ),
    _row("api.retire_bells", "POST /api/v1/bells/{bells}/retire", "401 403 422 422 422 422 404"),
    _row("api.restore_bells", "POST /api/v1/bells/{far bells}/restore", "401 403 403 422 422 422 404"),
    _row("api.list_feeds", "GET /api/v1/feeds", "401 200 200 200 200 200 200"),
    _row("api.create_feed", "POST /api/v1/feeds", "401 422 422 422 422 422 422"),
    _row("api.replace_feed", "POST /api/v1/feeds/{their feed}/replace", "401 404 404 404 404 404 404"),
    _row("api.revoke_feed", "DELETE /api/v1/feeds/{their feed}", "401 404 404 404 404 404 404"),
    # The last two end the sign-in.
    _row("account.end_sign_ins", "POST /account/sign-ins/end", "401 303 303 303 303 303 303"),
    _row("sign_in.sign_out", "POST /sign-out", "303 303 303 303 303 303 303"),
)
