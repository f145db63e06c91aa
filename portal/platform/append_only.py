"""Ledgers: tables whose rows are added and never changed, by the database's own rules.

On PostgreSQL the application's role has no right to change them (``roles``). SQLite has no roles,
so that triggers refuse. Neither stops who administers the database; the chain shows what they did
to audit events (``audit.verifying``).
"""

from sqlalchemy import Connection, Table, UniqueConstraint

from portal.domain.foundation.audit.models import AuditEvent, AuditHead, AuditSeal
from portal.domain.tables import metadata

LEDGERS = (
    AuditEvent.__tablename__,
    AuditSeal.__tablename__,
    AuditHead.__tablename__,
    "call_back_try",
    "call_verification",
    "document_use",
    "minutes_version",
    "script_version",
    "settlement_line",
    "stock_movement",
)
"""What was recorded is how it was."""
FILLED_LATER = {"minutes_version": ("confirmed_by", "confirmed_at")}
"""Columns that are written once after the row: who confirmed it, and when."""
_ACTS = ("UPDATE", "DELETE")


def close_ledgers(connection: Connection) -> None:
    """Make the triggers that are missing; PostgreSQL needs none."""
    if connection.dialect.name != "sqlite":
        return
    for table in LEDGERS:
        for act in _ACTS:
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {trigger_name(table, act)} BEFORE {act} ON {table}"
                f" {_unless_filled_later(table, act)}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS {trigger_name(table, 'REPLACE')} BEFORE INSERT ON"
            f" {table} WHEN {_is_there(table)}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        )


def _unless_filled_later(table: str, act: str) -> str:
    """Return the condition that something else changes than a column that is filled once."""
    later = FILLED_LATER.get(table, ())
    if act != "UPDATE" or not later:
        return ""
    fixed = [column.name for column in metadata.tables[table].columns if column.name not in later]
    changed = [f"OLD.{name} IS NOT NEW.{name}" for name in fixed]
    filled = [f"OLD.{name} IS NOT NULL" for name in later]
    return f"WHEN {' OR '.join(changed + filled)}"


def _is_there(table: str) -> str:
    """Return the condition that a new row has a key of a row that is there: it would replace it."""
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE "  # noqa: S608  (a table of ours)
        + " AND ".join(f"{name} = NEW.{name}" for name in names)
        + ")"
        for names in _keys(metadata.tables[table])
    )


def _keys(table: Table) -> list[list[str]]:
    """Return the columns of each key of a table, in an order that stays."""
    unique = [[column.name for column in index.columns] for index in table.indexes if index.unique]
    found = [
        [column.name for column in one.columns]
        for one in table.constraints
        if isinstance(one, UniqueConstraint)
    ]
    return [[column.name for column in table.primary_key], *sorted(found + unique)]


def open_ledgers(connection: Connection, ledgers: tuple[str, ...] = LEDGERS) -> None:
    """Take triggers away for the transaction in which ``close_ledgers`` brings them back.

    For migrations, and for a disposal (``disposing.rows``), which names those that it empties.
    """
    if connection.dialect.name == "sqlite":
        for table in ledgers:
            for act in (*_ACTS, "REPLACE"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger_name(table, act)}")


def missing_triggers(connection: Connection) -> list[str]:
    """Return the triggers that a SQLite database should have and has not."""
    found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    there = set(found.scalars())
    return [name for name in expected_triggers() if name not in there]


def expected_triggers() -> list[str]:
    """Return the names of all triggers."""
    return [trigger_name(table, act) for table in LEDGERS for act in (*_ACTS, "REPLACE")]


def trigger_name(table: str, act: str) -> str:
    """Return the name of a trigger."""
    return f"keep_{table}_{act.lower()}"
