"""``tongtang users``: accounts and their roles, also the first one of an instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.cli.instance import instance_option, opened_current, settings_of
from scheduler.cli.speech import SpokenCommand, SpokenGroup, language, option, tell
from scheduler.domain.accounts import add_user, grant_role
from scheduler.domain.act import Act
from scheduler.domain.passwords import check_password
from scheduler.domain.tokens import new_password
from scheduler.errors import NotFound, Refused
from scheduler.models.places import Organisation, Partnership, Region
from scheduler.models.users import Role
from scheduler.wording import say

SCOPES: dict[str, Any] = {"partnership": Partnership, "region": Region, "organisation": Organisation}
NEEDS: dict[Role, tuple[str, ...]] = {
    Role.ADMINISTRATOR: (),
    Role.COORDINATOR: ("partnership", "region"),
    Role.MANAGER: ("organisation",),
    Role.VIEWER: ("partnership",),
}
"""The kinds of scope that a role can have."""


@click.group("users", cls=SpokenGroup, help="管理账号。")
def users() -> None:
    """A group: each command below."""


@users.command("add", cls=SpokenCommand, help="添加账号，并授予一个角色。")
@option("--email", required=True, help="登录用的电子邮箱。")
@option("--name", required=True, help="姓名。")
@option("--role", type=click.Choice([role.value for role in Role]), required=True, help="角色。")
@option("--partnership", help="协调员或查看者的范围：对口协作的名称。")
@option("--region", help="协调员的范围：地区的名称。")
@option("--organisation", help="单位管理员的范围：单位的名称。")
@option("--generate-password", is_flag=True, help="生成密码并显示，不再询问。")
@instance_option
def add(
    email: str, name: str, role: str, generate_password: bool, instance: Path | None, **scope: str | None
) -> None:
    with opened_current(settings_of(instance)) as database:
        password = new_password() if generate_password else _ask_password()
        with database.write() as session:
            grant = {"role": role, **_scope_of(session, Role(role), scope)}
            act = Act(user_id=None, at=clock.now(), via="cli")
            user = add_user(session, {"email": email, "name": name}, password=password, act=act)
            grant_role(session, user, grant, act=act)
    tell("已添加账号 %(email)s。", email=user.email)
    if generate_password:
        tell("密码：%(password)s", password=password)


def _ask_password() -> str:
    asked = say(language(), "密码")
    again = say(language(), "再输一次")
    password: str = click.prompt(asked, hide_input=True, confirmation_prompt=again)
    check_password(password)
    return password


def _scope_of(session: Session, role: Role, given: dict[str, str | None]) -> dict[str, int]:
    """{"region_id": 3}: the one scope that was named, looked up. Raises Refused or NotFound."""
    needs = NEEDS[role]
    named = {kind: name for kind, name in given.items() if name}
    if bool(needs) != bool(named) or len(named) > 1 or not set(named) <= set(needs):
        options = " / ".join(f"--{kind}" for kind in needs)
        raise Refused("user.scope_missing" if needs else "user.scope_needless", options=options)
    return {f"{kind}_id": _named(session, SCOPES[kind], name) for kind, name in named.items()}


def _named(session: Session, model: Any, name: str) -> int:
    found = session.scalars(select(model.id).where(model.name == name).limit(2)).all()
    if len(found) != 1:
        raise NotFound("place.not_found" if not found else "place.ambiguous", name=name)
    return int(found[0])
