"""A call names what it is about by foreign keys: a FAX case, a task, the sheet of an earlier call.

The text ``subject`` (``fax_case:7``, ``task:12``, ``call:3``) stays and is still written, for a
program of version 0.1.0 that may run beside this one; a later release converts what that program
wrote meanwhile, and drops the column.
"""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import NUMBER

revision = "0002"
down_revision = "0001"

KEYS = {
    "fax_case": ("fax_case_id", "fax_case"),
    "task": ("task_id", "task"),
    "call": ("sheet_id", "call_record"),
}
"""Prefix of the text: column of the key, and the table that it points to."""


def upgrade() -> None:
    """Add the keys, and read those of old rows out of their text."""
    with op.batch_alter_table("call_record") as batch:
        for column, table in KEYS.values():
            batch.add_column(sa.Column(column, NUMBER, nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_call_record_{column}_{table}"), table, [column], ["id"]
            )
            batch.create_index(op.f(f"ix_call_record_{column}"), [column])
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT id, subject FROM call_record WHERE subject IS NOT NULL")
    ).all()
    for prefix, (column, table) in KEYS.items():
        there = set(connection.scalars(sa.text(f"SELECT id FROM {table}")))  # noqa: S608  (names of KEYS)
        found = [
            {"row": row.id, "key": int(key)}
            for row in rows
            for kind, _colon, key in [row.subject.partition(":")]
            if kind == prefix and key.isascii() and key.isdigit() and int(key) in there
        ]
        if found:
            connection.execute(
                sa.text(f"UPDATE call_record SET {column} = :key WHERE id = :row"),  # noqa: S608  (as above)
                found,
            )
