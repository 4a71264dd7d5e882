"""The small commands, and how the command line speaks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select

import scheduler
from scheduler.cli.speech import language_of_environment
from scheduler.db import Database
from scheduler.domain.act import Act
from scheduler.domain.api_tokens import user_of_api_token
from scheduler.domain.published_holidays import published_years
from scheduler.domain.sign_ins import sign_in
from scheduler.errors import Forbidden
from scheduler.models.holidays import HolidayYear
from scheduler.models.places import Partnership
from scheduler.models.users import User
from tests.cli.conftest import COMMAND, ENVIRON, ROOT, Run
from tests.conftest import NOW

ACT = Act(user_id=None, at=NOW, via="cli")


def opened(instance: Path) -> Database:
    return Database(f"sqlite:///{instance / 'tongtang.sqlite'}")


def grants_of(instance: Path, email: str) -> list[tuple[str, bool, bool, bool]]:
    """(role, has a partnership, a region, an organisation) of each role of the account."""
    database = opened(instance)
    with database.read() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        grants = [
            (grant.role.value, *(bool(getattr(grant, f"{kind}_id")) for kind in SCOPES))
            for grant in user.grants
        ]
    database.close()
    return grants


SCOPES = ("partnership", "region", "organisation")


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").output == f"tongtang {scheduler.__version__}\n"


def test_a_database_is_made_and_making_it_again_changes_nothing(tmp_path: Path, run: Run) -> None:
    for _ in range(2):
        result = run("db", "upgrade", "--instance", tmp_path)
        assert result.exit_code == 0
    database = opened(tmp_path)
    assert database.revision() == database.head()
    database.close()


def test_an_upgrade_brings_the_holidays_that_are_missing(tmp_path: Path, run: Run) -> None:
    run("db", "upgrade", "--instance", tmp_path)
    database = opened(tmp_path)
    with database.write() as session:
        session.add(Partnership(name="丰台—林西"))
    for _ in range(2):
        assert run("db", "upgrade", "--instance", tmp_path).exit_code == 0
    with database.read() as session:
        assert set(session.scalars(select(HolidayYear.year))) == set(published_years())
    database.close()


@pytest.mark.parametrize(
    ("role", "scope", "grant"),
    [
        ("administrator", [], ("administrator", False, False, False)),
        ("coordinator", ["--partnership", "丰台—林西"], ("coordinator", True, False, False)),
        ("coordinator", ["--region", "内蒙古林西县"], ("coordinator", True, True, False)),
        ("manager", ["--organisation", "林西县民族中学"], ("manager", True, False, True)),
        ("viewer", ["--partnership", "丰台—林西"], ("viewer", True, False, False)),
    ],
    ids=["administrator", "coordinator", "region", "manager", "viewer"],
)
def test_an_account_gets_its_role_and_its_password(
    instance: Path, run: Run, role: str, scope: list[str], grant: tuple[str, bool, bool, bool]
) -> None:
    who = ["--email", "New@example.org", "--name", "新账号（示例）", "--role", role]
    result = run("users", "add", *who, *scope, "--instance", instance, input="ten letters\nten letters\n")
    assert result.exit_code == 0, result.output
    assert "已添加账号 new@example.org。" in result.output
    assert grants_of(instance, "new@example.org") == [grant]
    database = opened(instance)
    with database.write() as session:
        assert sign_in(session, email="new@example.org", password="ten letters", address="", act=ACT)
        with pytest.raises(Forbidden):
            sign_in(session, email="new@example.org", password="eleven letters", address="", act=ACT)
    database.close()


def test_a_generated_password_is_shown_and_works(instance: Path, run: Run) -> None:
    who = ["--email", "new@example.org", "--name", "新账号（示例）", "--role", "administrator"]
    result = run("users", "add", *who, "--generate-password", "--instance", instance)
    assert result.exit_code == 0
    password = result.output.splitlines()[-1].removeprefix("密码：")
    database = opened(instance)
    with database.write() as session:
        assert sign_in(session, email="new@example.org", password=password, address="", act=ACT)
    database.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "coordinator"], "这个角色要有且只有一个范围：--partnership / --region。"),
        (["--role", "manager", "--region", "内蒙古林西县"], "这个角色要有且只有一个范围：--organisation。"),
        (
            ["--role", "coordinator", "--region", "内蒙古林西县", "--partnership", "丰台—林西"],
            "这个角色要有且只有一个范围：--partnership / --region。",
        ),
        (["--role", "administrator", "--region", "内蒙古林西县"], "管理员管理整个系统，请不要写范围。"),
        (["--role", "viewer", "--partnership", "没有的"], "没有叫“没有的”的。"),
        (
            ["--role", "administrator", "--email", "coordinator@example.org"],
            "email: coordinator@example.org 已经有账号。",
        ),
        (["--role", "administrator", "--email", "nobody"], None),
    ],
    ids=["no scope", "wrong scope", "two scopes", "needless scope", "unknown scope", "taken", "no address"],
)
def test_an_account_that_cannot_be_is_told(
    instance: Path, run: Run, arguments: list[str], sentence: str | None
) -> None:
    who = ["--email", "new@example.org", "--name", "新账号（示例）", *arguments]
    result = run("users", "add", *who, "--generate-password", "--instance", instance)
    assert result.exit_code == 2
    assert result.stderr == f"{sentence}\n" if sentence else result.stderr.startswith("email: ")
    database = opened(instance)
    with database.read() as session:
        assert session.scalar(select(User.id).where(User.email == "new@example.org")) is None
    database.close()


def test_a_weak_password_is_told(instance: Path, run: Run) -> None:
    who = ["--email", "new@example.org", "--name", "新账号（示例）", "--role", "administrator"]
    result = run("users", "add", *who, "--instance", instance, input="short\nshort\n")
    assert result.exit_code == 2
    assert result.stderr.endswith("password: 密码至少 10 个字符，且不能只是几个字符的重复。\n")


def test_a_token_is_printed_alone_and_opens_the_api(instance: Path, run: Run) -> None:
    result = run(
        "token", "create", "--user", "Coordinator@example.org", "--name", "教务系统", "--instance", instance
    )
    assert result.exit_code == 0
    secret = result.output.removesuffix("\n")
    database = opened(instance)
    with database.read() as session:
        user = user_of_api_token(session, secret)
        assert user is not None
        assert user.email == "coordinator@example.org"
    database.close()


def test_a_token_for_nobody_is_told(instance: Path, run: Run) -> None:
    result = run("token", "create", "--user", "no@example.org", "--name", "x", "--instance", instance)
    assert (result.exit_code, result.stderr) == (2, "没有 no@example.org 这个账号，或者它已停用。\n")


def test_assets_that_are_current_are_left_alone(run: Run) -> None:
    run("assets")
    assert run("assets").output == "已是最新，没有改动。\n"


@pytest.mark.parametrize("arguments", [["--language", "en", "db"], ["db", "--language", "en"]])
def test_the_language_can_be_asked_for_anywhere(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    result = run(*arguments, "upgrade", "--instance", tmp_path)
    assert result.output.startswith("The database is at ")


def test_help_is_told_in_the_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "只准备数据，不提供服务。" in run("demo", "--help").output
    assert "管理账号。" in run("--help").output
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "Only prepare the data, do not serve." in run("demo", "--help").output
    assert "Look after accounts." in run("--help").output


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
    ],
)
def test_the_locale_decides_the_language(environ: dict[str, str], language: str) -> None:
    assert language_of_environment(environ) == language


def test_names_are_printed_where_the_terminal_knows_no_chinese(instance: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "users", "--help"],
        env={**ENVIRON, "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1", "LANG": "C"},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
