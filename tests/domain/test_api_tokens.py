"""Bearer tokens: shown once, ended at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.api_tokens import create_api_token, revoke_api_token, user_of_api_token
from scheduler.domain.tokens import hash_token
from scheduler.errors import Invalid, NotFound
from scheduler.models.audit import AuditEntry
from scheduler.models.users import ApiToken
from tests.domain.signing_in import user_named
from tests.world import World


def test_a_token_is_shown_once_and_ends_at_once(database: Database, world: World) -> None:
    with database.write() as session:
        user, other = user_named(session, world), user_named(session, world, "viewer")
        token, secret = create_api_token(session, user, name="脚本", act=world.act)
        assert user_of_api_token(session, secret) is user
        assert session.scalars(select(ApiToken.token_hash)).all() == [hash_token(secret)]
        for token_id, owner in ((token.id, other), (10**9, user), (10**40, user), (0, user)):
            with pytest.raises(NotFound):
                revoke_api_token(session, owner, token_id, act=world.act)
        assert user_of_api_token(session, secret) is user
        revoke_api_token(session, user, token.id, act=world.act)
        revoke_api_token(session, user, token.id, act=world.act)
        assert user_of_api_token(session, secret) is None
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_id == user.id)).all()
        assert [verb for verb in verbs if "token" in verb] == ["create_token", "revoke_token"]


@pytest.mark.parametrize("name", ["", "x" * 61, "a\x00"])
def test_a_token_has_a_name(database: Database, world: World, name: str) -> None:
    with database.write() as session, pytest.raises(Invalid):
        create_api_token(session, user_named(session, world), name=name, act=world.act)
