"""The declarative base and the small vocabulary of column types that every table is built from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    event,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Every constraint has a predictable name, so that migrations and error handling can speak of it.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC ``datetime`` kept as whole epoch seconds: one meaning, one order, on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times: they mean different instants on different machines."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Epoch seconds back to an aware UTC ``datetime``."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: Instant(),
        dict[str, Any]: JSON(),
    }


def words(enum: type[StrEnum]) -> Enum:
    """A column of a string enumeration's values (not Python names), checked by the database."""
    return Enum(
        enum,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        name=_snake(enum.__name__),
        length=32,
    )


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


# Row ids are 64-bit on PostgreSQL; SQLite needs the exact word INTEGER to make one the rowid.
BIG = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[int, mapped_column(BIG, primary_key=True)]
Name = Annotated[str, mapped_column(String(120))]
Line = Annotated[str, mapped_column(String(300), default="")]
Long = Annotated[str, mapped_column(Text, default="")]
Day = Annotated[date, mapped_column()]


def refers(column: str, *, ondelete: str = "RESTRICT", primary_key: bool = False) -> Any:
    """A foreign key column; RESTRICT unless the row is part of the other one."""
    return mapped_column(BIG, ForeignKey(column, ondelete=ondelete), primary_key=primary_key)


def guard_table(table: type[Base], *, sqlite: Sequence[str], postgresql: Sequence[str]) -> None:
    """Run these statements right after the table is made, on the engine they are for."""
    for dialect, statements in (("sqlite", sqlite), ("postgresql", postgresql)):
        for statement in statements:
            ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(table.__table__, "after_create", ddl)
