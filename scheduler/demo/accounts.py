"""Who can sign in to the demo: one account for each role, with a password of this instance's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from scheduler.domain.access import viewer_of
from scheduler.domain.accounts import add_user, grant_role
from scheduler.domain.act import Act
from scheduler.domain.api_tokens import create_api_token
from scheduler.domain.subscriptions import create_feed
from scheduler.domain.tokens import new_password
from scheduler.models.users import User


@dataclass(frozen=True)
class Account:
    """One sign-in."""

    role: str
    email: str
    password: str


# role in demo.json: (name, key of the person it belongs to, role, key of its scope)
ACCOUNTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "administrator": ("管理员（示例）", "", {"role": "administrator"}),
    "coordinator": (
        "冯协调员（示例）",
        "coordinator",
        {"role": "coordinator", "partnership_id": "partnership"},
    ),
    "region_coordinator": ("沈联络人（示例）", "contact", {"role": "coordinator", "region_id": "linxi"}),
    "manager": ("尤主任（示例）", "manager minzu", {"role": "manager", "organisation_id": "minzu"}),
    "viewer": ("查看者（示例）", "", {"role": "viewer", "partnership_id": "partnership"}),
}
FEEDS: dict[str, dict[str, str]] = {
    "person": {"scope": "person", "person_id": "person educator"},
    "organisation": {"scope": "organisation", "organisation_id": "minzu"},
    "partnership": {"scope": "partnership", "partnership_id": "partnership"},
}
"""The museum educator's own, a school's, and the whole partnership's."""


def add_accounts(
    session: Session, ids: Mapping[str, int], *, act: Act
) -> tuple[tuple[Account, ...], dict[str, int]]:
    """Make the accounts; answers the sign-ins, and user ids by role."""
    accounts, users = [], {}
    for role, (name, person, grant) in ACCOUNTS.items():
        account = Account(role, f"{role.replace('_', '.')}@example.org", new_password())
        raw = {"email": account.email, "name": name, "person_id": ids.get(f"person {person}")}
        user = add_user(session, raw, password=account.password, act=act)
        grant_role(session, user, _with_ids(grant, ids), act=act)
        accounts.append(account)
        users[role] = user.id
    return tuple(accounts), users


def add_token(session: Session, users: Mapping[str, int], *, act: Act) -> str:
    """A coordinator's bearer token."""
    coordinator = session.get_one(User, users["coordinator"])
    return create_api_token(session, coordinator, name="演示脚本", act=act)[1]


def add_feeds(
    session: Session, ids: Mapping[str, int], users: Mapping[str, int], *, act: Act
) -> dict[str, str]:
    """A feed of each scope, the coordinator's; answers scope → token."""
    viewer = viewer_of(session.get_one(User, users["coordinator"]))
    return {
        scope: create_feed(session, _with_ids(raw, ids), viewer=viewer, act=act)[1]
        for scope, raw in FEEDS.items()
    }


def _with_ids(raw: Mapping[str, str], ids: Mapping[str, int]) -> dict[str, Any]:
    return {name: ids[value] if name.endswith("_id") else value for name, value in raw.items()}
