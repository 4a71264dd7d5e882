from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.feeds.http import accepts_gzip, decide_status, gzip_etag

TAG = '"0123456789abcdef"'
MODIFIED = datetime(2018, 12, 3, 1, 30, 0, tzinfo=UTC)
SAME, OLDER = "Mon, 03 Dec 2018 01:30:00 GMT", "Mon, 03 Dec 2018 01:29:59 GMT"


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "status"),
    [
        (None, None, 200),
        (TAG, None, 304),
        (f"W/{TAG}", None, 304),
        (f'"other", W/"x",{TAG}', None, 304),
        (gzip_etag(TAG), None, 304),
        (f"W/{gzip_etag(TAG)}", None, 304),
        ("*", None, 304),
        (" * ", None, 304),
        ('"other"', None, 200),
        ('"*"', None, 200),
        (TAG.strip('"'), None, 200),
        ("", None, 200),
        # If-None-Match beats If-Modified-Since, both ways.
        ('"other"', SAME, 200),
        ("", SAME, 200),
        (TAG, OLDER, 304),
        (None, SAME, 304),
        (None, "Mon, 03 Dec 2018 09:30:00 +0800", 304),
        (None, "Monday, 03-Dec-18 01:30:00 GMT", 304),
        (None, "Mon Dec  3 01:30:00 2018", 304),
        (None, "Tue, 01 Jan 2030 00:00:00 GMT", 304),
        (None, OLDER, 200),
        (None, "", 200),
        (None, "yesterday", 200),
        (None, "Mon, 99 Dec 2018 01:30:00 GMT", 200),
        (None, "Mon, 01 Jan 0001 00:00:00 +2359", 200),
    ],
)
def test_the_status(if_none_match: str | None, if_modified_since: str | None, status: int) -> None:
    answer = decide_status(
        etag=TAG, last_modified=MODIFIED, if_none_match=if_none_match, if_modified_since=if_modified_since
    )
    assert answer == status


def test_a_fraction_of_a_second_is_no_change() -> None:
    late = MODIFIED + timedelta(milliseconds=900)
    assert decide_status(etag=TAG, last_modified=late, if_none_match=None, if_modified_since=SAME) == 304


@given(st.none() | st.text(), st.none() | st.text())
def test_no_header_is_too_odd(one: str | None, other: str | None) -> None:
    answer = decide_status(etag=TAG, last_modified=MODIFIED, if_none_match=one, if_modified_since=other)
    assert answer in (200, 304)
    assert accepts_gzip(one, other) in (True, False)


def test_the_gzip_form_has_its_own_strong_tag() -> None:
    assert gzip_etag(TAG) == '"0123456789abcdef-gzip"'


@pytest.mark.parametrize(
    ("accept_encoding", "accepted"),
    [
        (None, False),
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip;q=0.5, br", True),
        ("gzip ; Q = 0.001", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("br, *;q=0.1", True),
        ("gzip;q=high", False),
        ("agzip", False),
    ],
)
def test_gzip_when_asked(accept_encoding: str | None, accepted: bool) -> None:
    assert accepts_gzip(accept_encoding, "ICSx5/2.2") is accepted
    assert accepts_gzip(accept_encoding, None) is accepted


@pytest.mark.parametrize(
    ("agent", "accepted"),
    [
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)", False),
        ("Microsoft-Exchange/15.20", False),
        ("Mozilla/4.0 (compatible; ms-office; MSOffice 16)", False),
        ("Outlook-iOS/2.0", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0", True),
        ("iOS/18.1 (22B83) dataaccessd/1.0", True),
        ("Google-Calendar-Importer", True),
    ],
)
def test_microsoft_agents_get_plain_bytes(agent: str, accepted: bool) -> None:
    assert accepts_gzip("gzip", agent) is accepted
