"""Reading columns, not objects, where a question is asked so often that the asking has to be cheap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.orm import Session


def read_rows(session: Session, statement: Executable, asked: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement that was built once; what is pending is written first.

    By the session's connection: the session's own part in a statement takes as long as the database's.
    """
    session.flush()
    return session.connection().execute(statement, dict(asked)).all()
