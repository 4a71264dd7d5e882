"""``tongtang token``: bearer tokens of the API."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from scheduler import clock
from scheduler.cli.instance import instance_option, opened_current, settings_of
from scheduler.cli.speech import SpokenCommand, SpokenGroup, option
from scheduler.domain.act import Act
from scheduler.domain.api_tokens import create_api_token
from scheduler.errors import NotFound
from scheduler.models.users import User


@click.group("token", cls=SpokenGroup, help="管理接口令牌。")
def token() -> None:
    """A group: each command below."""


@token.command("create", cls=SpokenCommand, help="为一个账号生成接口令牌；只显示这一次。")
@option("--user", "email", required=True, metavar="EMAIL", help="账号的电子邮箱。")
@option("--name", required=True, help="令牌的用途，例如“教务系统”。")
@instance_option
def create(email: str, name: str, instance: Path | None) -> None:
    with opened_current(settings_of(instance)) as database, database.write() as session:
        account = select(User).where(User.email == email.strip().lower(), User.retired_at.is_(None))
        user = session.scalar(account)
        if user is None:
            raise NotFound("user.not_found", email=email)
        act = Act(user_id=user.id, at=clock.now(), via="cli")
        secret = create_api_token(session, user, name=name, act=act)[1]
    # Alone on standard output, so that a script can take it.
    click.echo(secret)
