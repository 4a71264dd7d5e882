"""People of the small world, at the door."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from scheduler.domain.act import Act
from scheduler.domain.sign_ins import sign_in
from scheduler.models.users import User
from tests.world import PASSWORD, World

HOME = "192.0.2.7"
EMAIL = "coordinator@example.org"


def enter(session: Session, world: World, *, email: str = EMAIL, password: str = PASSWORD, **act: Any) -> str:
    return sign_in(
        session, email=email, password=password, address=HOME, act=Act(**{**vars(world.act), **act})
    )


def user_named(session: Session, world: World, name: str = "coordinator") -> User:
    return session.get_one(User, world.id(name))
