"""``tongtang demo``: what it leaves in the instance, and what it never touches."""

from __future__ import annotations

import json
import stat
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import func, select

from scheduler.db import Database
from scheduler.models.bookings import Booking
from tests.cli.conftest import Run, Serve

ROLES = ["administrator", "coordinator", "region_coordinator", "manager", "viewer"]


def sheet_of(instance: Path) -> dict:
    return json.loads((instance / "demo.json").read_text(encoding="utf-8"))


def count_bookings(instance: Path) -> int:
    database = Database(f"sqlite:///{instance / 'tongtang.sqlite'}")
    with database.read() as session:
        number = session.scalar(select(func.count(Booking.id)))
    database.close()
    return number or 0


def test_demo_json_lets_a_script_in(instance: Path) -> None:
    path = instance / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    sheet = sheet_of(instance)
    assert list(sheet) == ["url", "accounts", "api_token", "feeds"]
    assert sheet["url"] == "http://127.0.0.1:8000"
    assert [list(account) for account in sheet["accounts"]] == [["role", "email", "password"]] * 5
    assert [account["role"] for account in sheet["accounts"]] == ROLES
    assert list(sheet["feeds"]) == ["person", "organisation", "partnership"]
    for url in sheet["feeds"].values():
        assert url.startswith("http://127.0.0.1:8000/feeds/")
        assert url.endswith(".ics")
        assert len(url) == len("http://127.0.0.1:8000/feeds/.ics") + 43


def test_running_again_keeps_data_and_secrets(instance: Path, run: Run) -> None:
    before, bookings = (instance / "demo.json").read_bytes(), count_bookings(instance)
    result = run("demo", "--no-serve", "--instance", instance)
    assert result.exit_code == 0
    assert (instance / "demo.json").read_bytes() == before
    assert count_bookings(instance) == bookings
    for account in sheet_of(instance)["accounts"]:
        assert account["email"] in result.output
        assert account["password"] in result.output
    assert "http://127.0.0.1:8000" in result.output


def test_another_port_changes_addresses_and_no_secret(instance: Path, run: Run) -> None:
    before = sheet_of(instance)
    assert run("demo", "--no-serve", "--port", "8123", "--instance", instance).exit_code == 0
    after = sheet_of(instance)
    assert after["url"] == "http://127.0.0.1:8123"
    assert {name: url.replace(":8123/", ":8000/") for name, url in after["feeds"].items()} == before["feeds"]
    assert (after["accounts"], after["api_token"]) == (before["accounts"], before["api_token"])


def test_the_base_url_of_the_environment_wins(
    instance: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGTANG_BASE_URL", "https://lessons.example.org/")
    assert run("demo", "--no-serve", "--instance", instance).exit_code == 0
    assert sheet_of(instance)["url"] == "https://lessons.example.org"


def test_reset_makes_new_data_and_leaves_what_is_not_the_demos(instance: Path, run: Run) -> None:
    before, bookings = sheet_of(instance), count_bookings(instance)
    secret = (instance / "secret.key").read_bytes()
    (instance / "notes.txt").write_text("mine", encoding="utf-8")
    result = run("demo", "--no-serve", "--reset", "--instance", instance)
    assert result.exit_code == 0
    after = sheet_of(instance)
    assert after["api_token"] != before["api_token"]
    assert count_bookings(instance) == bookings
    assert (instance / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (instance / "secret.key").read_bytes() == secret


def test_reset_of_nothing_is_a_first_run(tmp_path: Path, run: Run) -> None:
    result = run("demo", "--no-serve", "--reset", "--instance", tmp_path / "new")
    assert result.exit_code == 0
    assert count_bookings(tmp_path / "new") > 15


@pytest.mark.parametrize("extra", [[], ["--reset"]], ids=["plain", "reset"])
def test_data_that_are_no_demo_are_left_alone(instance: Path, run: Run, extra: list[str]) -> None:
    (instance / "demo.json").unlink()
    before = (instance / "tongtang.sqlite").read_bytes()
    result = run("demo", "--no-serve", *extra, "--instance", instance)
    assert result.exit_code == 2
    assert result.stderr == (f"{instance} 里有不是演示的数据，没有改动。请用 --instance 换一个文件夹。\n")
    assert (instance / "tongtang.sqlite").read_bytes() == before


def test_a_sheet_that_is_not_ours_is_not_believed(instance: Path, run: Run) -> None:
    (instance / "demo.json").write_text('{"name": "something else"}', encoding="utf-8")
    assert run("demo", "--no-serve", "--reset", "--instance", instance).exit_code == 2
    assert (instance / "tongtang.sqlite").exists()


def test_reset_spares_a_database_elsewhere(
    instance: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.sqlite"
    (instance / "tongtang.sqlite").rename(elsewhere)
    monkeypatch.setenv("TONGTANG_DATABASE_URL", f"sqlite:///{elsewhere}")
    result = run("demo", "--no-serve", "--reset", "--instance", instance)
    assert result.exit_code == 2
    assert elsewhere.exists()
    assert (instance / "demo.json").exists()


def test_the_demo_serves_what_its_sheet_says(instance: Path, serving: Serve) -> None:
    process = serving("demo", "--instance", instance)
    process.wait_until_healthy()
    sheet = sheet_of(instance)
    assert sheet["url"] == process.url
    with urllib.request.urlopen(sheet["feeds"]["person"]) as answer:
        assert answer.headers.get_content_type() == "text/calendar"
        calendar = answer.read().decode()
    assert "李讲解员（示例）" in calendar.replace("\r\n ", "")
    wrong = sheet["feeds"]["person"].replace("/feeds/", "/feeds/x")
    with pytest.raises(urllib.error.HTTPError) as unknown:
        urllib.request.urlopen(wrong)
    assert unknown.value.code == 404
    unknown.value.close()
    assert process.stop() == 0
    assert sheet["feeds"]["person"].rsplit("/", 1)[1] not in process.log
    assert "/feeds/<token>.ics" in process.log
    assert "example.org" not in process.log
