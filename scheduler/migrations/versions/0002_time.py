"""calendars of fact, buffers, kits, series

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

ROLES = "'lead', 'educator', 'host', 'assistant', 'technician', 'researcher', 'contact', 'attendee', 'class', 'room', 'account'"
KINDS = "'person', 'room', 'class', 'account'"
# table: (constraint, column, values before, values after)
WIDENED = {
    'resource': ('ck_resource_resource_kind', 'kind', KINDS, f"{KINDS}, 'kit'"),
    'participation': ('ck_participation_participant_role', 'role', ROLES, f"{ROLES}, 'kit'"),
}
TIMING = ('ck_booking_timing', "timing IN ('period', 'inside', 'outside', 'any')")
BOOKING_COLUMNS = (
    "timing VARCHAR(32) DEFAULT 'any' NOT NULL",
    "override_reason VARCHAR(300) DEFAULT '' NOT NULL",
)

# The guards are written out here, not imported: a migration must stay what it was.
DAYS = (
    "daterange(first_day, last_day, '[]')",
    "first_day <= coalesce(NEW.last_day, '9999-12-31') AND coalesce(last_day, '9999-12-31') >= NEW.first_day",
    "NEW.first_day IS NOT date(NEW.first_day) OR NEW.last_day IS NOT date(NEW.last_day)",
)
MINUTES = (
    "int4range(starts, ends)",
    "starts < NEW.ends AND ends > NEW.starts",
    "typeof(NEW.starts) <> 'integer' OR typeof(NEW.ends) <> 'integer'",
)
LIVE = '{row}retired_at IS NULL'
# table, name, what a row covers, which rows are neighbours, columns that can make an overlap, which rows count
GUARDS = (
    ('term', '', DAYS, ('region_id', 'stage'), 'region_id, stage, first_day, last_day, retired_at', LIVE),
    *(
        ('bell_schedule', f'_{weekday}', DAYS, ('organisation_id',), 'organisation_id, weekdays, first_day, last_day, retired_at',
         f"{LIVE} AND replace({{row}}weekdays, '{weekday}', '') <> {{row}}weekdays")
        for weekday in range(1, 8)
    ),
    ('period', '', MINUTES, ('schedule_id',), 'schedule_id, starts, ends', 'TRUE'),
    ('opening_hours', '', DAYS, ('organisation_id',), 'organisation_id, first_day, last_day, retired_at', f'{{row}}first_day IS NOT NULL AND {LIVE}'),
)


def _guards_of_sqlite(table, name, stretch, same, columns, among):
    _range, meets, misread = stretch
    alike = ' AND '.join(f'{column} = NEW.{column}' for column in same)
    met = f"SELECT 1 FROM {table} WHERE {alike} AND {among.format(row='')} AND {meets}"
    for event, when, but in (('insert', 'INSERT', ''), ('update', f'UPDATE OF {columns}', ' AND id <> OLD.id')):
        yield f"""CREATE TRIGGER {table}_guard{name}_{event} BEFORE {when} ON {table} WHEN {among.format(row='NEW.')}
BEGIN
  SELECT RAISE(ABORT, '{table}_overlap{name}')
  WHERE {misread}
     OR EXISTS ({met}{but});
END"""


def _guards_of_postgresql(table, name, stretch, same, columns, among):
    keys = ', '.join(f'{column} WITH =' for column in same)
    yield f"ALTER TABLE {table} ADD CONSTRAINT {table}_overlap{name} EXCLUDE USING gist ({keys}, {stretch[0]} WITH &&) WHERE ({among.format(row='')})"


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == 'sqlite'


def _rebuild(table: str, *changes: tuple[str, str]) -> None:
    """SQLite cannot alter a constraint: make the table anew from its own text with ``changes`` (old, new).

    Alembic's batch mode would lose CHECK constraints, which SQLite does not tell apart.
    """
    bind = op.get_bind()
    made = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :n"), {'n': table}).scalar_one()
    indexes = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :n AND sql IS NOT NULL"), {'n': table}).scalars().all()
    before = {row[1] for row in bind.exec_driver_sql(f'PRAGMA table_info({table})')}
    for old, new in changes:
        if old not in made:
            raise RuntimeError(f'{table} has no {old!r}')
        made = made.replace(old, new, 1)
    head, rest = made.split('(', 1)
    bind.exec_driver_sql(f'CREATE TABLE {table}_new ({rest}')
    after = {row[1] for row in bind.exec_driver_sql(f'PRAGMA table_info({table}_new)')}
    kept = ', '.join(sorted(before & after))
    bind.exec_driver_sql(f'INSERT INTO {table}_new ({kept}) SELECT {kept} FROM {table}')
    bind.exec_driver_sql(f'DROP TABLE {table}')
    bind.exec_driver_sql(f'ALTER TABLE {table}_new RENAME TO {table}')
    for index in indexes:
        bind.exec_driver_sql(index)
    broken = bind.exec_driver_sql('PRAGMA foreign_key_check').fetchall()
    if broken:
        raise RuntimeError(f'rows without what they refer to: {broken[:5]}')


def _check(column: str, values: str) -> str:
    return f'{column} IN ({values})'


def _set_values(table: str, *, old: str, new: str) -> None:
    name, column = WIDENED[table][:2]
    if _is_sqlite():
        _rebuild(table, (_check(column, old), _check(column, new)))
    else:
        op.drop_constraint(op.f(name), table, type_='check')
        op.create_check_constraint(op.f(name), table, _check(column, new))


def upgrade() -> None:
    op.create_table('buffer',
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('lesson', 'research', 'rehearsal', 'visit', 'training', 'interview', 'travel', name='booking_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('role', sa.Enum('lead', 'educator', 'host', 'assistant', 'technician', 'researcher', 'contact', 'attendee', 'class', 'room', 'account', 'kit', name='participant_role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('before', sa.Integer(), nullable=False),
    sa.Column('after', sa.Integer(), nullable=False),
    sa.CheckConstraint('after BETWEEN 0 AND 1440', name=op.f('ck_buffer_after')),
    sa.CheckConstraint('before BETWEEN 0 AND 1440', name=op.f('ck_buffer_before')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_buffer_partnership_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('partnership_id', 'kind', 'role', name=op.f('pk_buffer'))
    )
    op.create_table('holiday_year',
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('notice', sa.String(length=300), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('year BETWEEN 2000 AND 2100', name=op.f('ck_holiday_year_year')),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_holiday_year_partnership_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('partnership_id', 'year', name=op.f('pk_holiday_year'))
    )
    op.create_table('series',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('rule', sa.JSON(), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_series_partnership_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series')),
    sa.UniqueConstraint('public_id', name=op.f('uq_series_public_id'))
    )
    op.create_table('calendar_day',
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('holiday', 'workday', name='day_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['partnership_id', 'year'], ['holiday_year.partnership_id', 'holiday_year.year'], name=op.f('fk_calendar_day_partnership_id_year'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('partnership_id', 'day', name=op.f('pk_calendar_day'))
    )
    op.create_table('occurrence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('series_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=True),
    sa.Column('ends_at', sa.BigInteger(), nullable=True),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('booking_id IS NULL OR starts_at IS NOT NULL', name=op.f('ck_occurrence_booked')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_occurrence_interval')),
    sa.ForeignKeyConstraint(['booking_id'], ['booking.id'], name=op.f('fk_occurrence_booking_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_occurrence_series_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occurrence')),
    sa.UniqueConstraint('booking_id', name=op.f('uq_occurrence_booking_id')),
    sa.UniqueConstraint('series_id', 'day', name=op.f('uq_occurrence_series_id_day'))
    )
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_occurrence_series_id_starts_at'), ['series_id', 'starts_at'], unique=False)

    op.create_table('term',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('region_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stage', sa.Enum('kindergarten', 'primary', 'lower_secondary', 'upper_secondary', name='stage', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_term_days')),
    sa.ForeignKeyConstraint(['region_id', 'partnership_id'], ['region.id', 'region.partnership_id'], name=op.f('fk_term_region_id_partnership_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_term'))
    )
    with op.batch_alter_table('term', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_term_region_id_stage_first_day'), ['region_id', 'stage', 'first_day'], unique=False)

    op.create_table('bell_schedule',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('weekdays', sa.String(length=16), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_bell_schedule_days')),
    sa.CheckConstraint("trim(weekdays, '1234567,') = '' AND replace(weekdays, ',', '') <> ''", name=op.f('ck_bell_schedule_weekdays')),
    sa.ForeignKeyConstraint(['organisation_id', 'partnership_id'], ['organisation.id', 'organisation.partnership_id'], name=op.f('fk_bell_schedule_organisation_id_partnership_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bell_schedule'))
    )
    with op.batch_alter_table('bell_schedule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bell_schedule_organisation_id_first_day'), ['organisation_id', 'first_day'], unique=False)

    op.create_table('opening_hours',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('closed_weekdays', sa.String(length=16), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.Column('holidays', sa.Enum('as_usual', 'open', 'closed', name='holiday_policy', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(first_day IS NULL) = (last_day IS NULL)', name=op.f('ck_opening_hours_dated')),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_opening_hours_days')),
    sa.CheckConstraint('opens >= 0 AND closes > opens AND closes <= 1440', name=op.f('ck_opening_hours_minutes')),
    sa.ForeignKeyConstraint(['organisation_id', 'partnership_id'], ['organisation.id', 'organisation.partnership_id'], name=op.f('fk_opening_hours_organisation_id_partnership_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_hours'))
    )
    with op.batch_alter_table('opening_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opening_hours_organisation_id'), ['organisation_id'], unique=True, sqlite_where=sa.text('first_day IS NULL AND retired_at IS NULL'), postgresql_where=sa.text('first_day IS NULL AND retired_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_opening_hours_organisation_id_first_day'), ['organisation_id', 'first_day'], unique=False)

    op.create_table('swap',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('follows_weekday', sa.Enum('1', '2', '3', '4', '5', '6', '7', name='weekday', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'partnership_id'], ['organisation.id', 'organisation.partnership_id'], name=op.f('fk_swap_organisation_id_partnership_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swap'))
    )
    with op.batch_alter_table('swap', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_swap_organisation_id_day'), ['organisation_id', 'day'], unique=True, sqlite_where=sa.text('retired_at IS NULL'), postgresql_where=sa.text('retired_at IS NULL'))

    op.create_table('closure',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('partnership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('resource_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.Enum('closed', 'exam', 'school_event', 'weather', 'maintenance', 'leave', 'other', name='closure_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False),
    sa.Column('ends_at', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_closure_interval')),
    sa.ForeignKeyConstraint(['organisation_id', 'partnership_id'], ['organisation.id', 'organisation.partnership_id'], name=op.f('fk_closure_organisation_id_partnership_id')),
    sa.ForeignKeyConstraint(['resource_id', 'partnership_id'], ['resource.id', 'resource.partnership_id'], name=op.f('fk_closure_resource_id_partnership_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closure'))
    )
    with op.batch_alter_table('closure', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_closure_organisation_id_ends_at'), ['organisation_id', 'ends_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_closure_partnership_id_starts_at'), ['partnership_id', 'starts_at'], unique=False)

    op.create_table('kit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contents', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['id'], ['resource.id'], name=op.f('fk_kit_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit'))
    )
    op.create_table('period',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('schedule_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('lesson', 'break', 'self_study', 'club', name='period_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.CheckConstraint('starts >= 0 AND ends > starts AND ends <= 1440', name=op.f('ck_period_minutes')),
    sa.ForeignKeyConstraint(['schedule_id'], ['bell_schedule.id'], name=op.f('fk_period_schedule_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_period')),
    sa.UniqueConstraint('schedule_id', 'position', name=op.f('uq_period_schedule_id_position'))
    )

    for guard in GUARDS:
        for statement in (_guards_of_sqlite if _is_sqlite() else _guards_of_postgresql)(*guard):
            op.execute(statement)
    for table, (_name, _column, before, after) in WIDENED.items():
        _set_values(table, old=before, new=after)
    if _is_sqlite():
        first = 'CONSTRAINT pk_booking PRIMARY KEY (id)'
        columns = ''.join(f'{column}, \n\t' for column in BOOKING_COLUMNS)
        check = f'CONSTRAINT {TIMING[0]} CHECK ({TIMING[1]})'
        _rebuild('booking', (first, f'{columns}{first}, \n\t{check}'))
    else:
        for column in BOOKING_COLUMNS:
            op.execute(f'ALTER TABLE booking ADD COLUMN {column}')
        op.create_check_constraint(op.f(TIMING[0]), 'booking', TIMING[1])


def downgrade() -> None:
    # Kits are not known before this revision.
    op.execute("DELETE FROM hold WHERE resource_id IN (SELECT id FROM kit)")
    op.execute("DELETE FROM participation WHERE role = 'kit'")
    op.execute("DELETE FROM closure WHERE resource_id IN (SELECT id FROM kit)")
    op.execute("DELETE FROM lane WHERE resource_id IN (SELECT id FROM kit)")
    op.execute("CREATE TEMPORARY TABLE gone AS SELECT id FROM kit")
    op.execute("DELETE FROM kit")
    op.execute("DELETE FROM resource WHERE id IN (SELECT id FROM gone)")
    op.execute("DROP TABLE gone")
    if _is_sqlite():
        columns = ''.join(f'{column}, \n\t' for column in BOOKING_COLUMNS)
        check = f', \n\tCONSTRAINT {TIMING[0]} CHECK ({TIMING[1]})'
        _rebuild('booking', (columns, ''), (check, ''))
    else:
        op.drop_column('booking', 'override_reason')
        op.drop_column('booking', 'timing')
    for table, (_name, _column, before, after) in WIDENED.items():
        _set_values(table, old=after, new=before)
    op.drop_table('period')
    op.drop_table('kit')
    with op.batch_alter_table('closure', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_closure_partnership_id_starts_at'))
        batch_op.drop_index(batch_op.f('ix_closure_organisation_id_ends_at'))

    op.drop_table('closure')
    with op.batch_alter_table('swap', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_swap_organisation_id_day'), sqlite_where=sa.text('retired_at IS NULL'), postgresql_where=sa.text('retired_at IS NULL'))

    op.drop_table('swap')
    with op.batch_alter_table('opening_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_opening_hours_organisation_id_first_day'))
        batch_op.drop_index(batch_op.f('ix_opening_hours_organisation_id'), sqlite_where=sa.text('first_day IS NULL AND retired_at IS NULL'), postgresql_where=sa.text('first_day IS NULL AND retired_at IS NULL'))

    op.drop_table('opening_hours')
    with op.batch_alter_table('bell_schedule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bell_schedule_organisation_id_first_day'))

    op.drop_table('bell_schedule')
    with op.batch_alter_table('term', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_term_region_id_stage_first_day'))

    op.drop_table('term')
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_occurrence_series_id_starts_at'))

    op.drop_table('occurrence')
    op.drop_table('calendar_day')
    op.drop_table('series')
    op.drop_table('holiday_year')
    op.drop_table('buffer')
