"""A rule beside other rows holds while nobody else writes there: the row above is locked meanwhile."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session


def lock_row(session: Session, model: Any, row_id: int) -> None:
    """Let whoever else locks this row wait until this transaction has ended.

    References to it from other tables are let through (PostgreSQL: FOR NO KEY UPDATE); SQLite has one writer.
    """
    session.execute(select(model.id).where(model.id == row_id).with_for_update(key_share=True))
