"""The rows of all tables: which stay, and the one place that empties even the ledgers."""

from sqlalchemy import Connection, Engine, Table, func, select, text, update
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.disposal.services import the_disposal
from portal.domain.oversight.disposal.states import KEYS_GONE
from portal.domain.tables import metadata
from portal.platform.append_only import LEDGERS, close_ledgers, open_ledgers

KEPT = frozenset(
    {
        "audit_event",
        "audit_head",
        "audit_seal",
        "data_copy",
        "deployment",
        "disposal",
        "staff_user",
    }
)
"""Tables whose rows stay: nothing in them can be read as a person's data without the keys.

A new table is emptied unless it is named here.
"""


def emptied() -> list[Table]:
    """Return the tables that are emptied, those that refer to others first."""
    return [table for table in reversed(metadata.sorted_tables) if table.name not in KEPT]


def require_rights(session: Session) -> None:
    """Refuse to begin in the name of a role that may not empty the tables: keys would go first.

    Raises:
        NotAllowedError: it may not.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    names = [table.name for table in emptied()]
    query = text(
        "SELECT count(*) FROM unnest(CAST(:names AS text[])) AS name"
        " WHERE NOT has_table_privilege(name, 'TRUNCATE')"
    )
    if session.scalar(query, {"names": names}):
        raise NotAllowedError(
            _s(
                "このデータベースの利用者は、表を空にできません。表を持つ利用者の"
                " PORTAL_DATABASE_URL で実行してください。何も変わっていません。"
            )
        )


def row_counts(session: Session) -> dict[str, int]:
    """Return the rows of every table that is emptied and has any."""
    found = {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in emptied()
    }
    return {name: count for name, count in sorted(found.items()) if count}


def remove_rows(session: Session) -> dict[str, int]:
    """Empty all tables but those that stay, and return how many rows each had.

    Who answers for a numbered copy, and what people wrote of it, stands on the certificate alone.
    Only with a disposal whose keys are gone, in the transaction that notes it: no other code takes
    away what the ledgers keep.

    Raises:
        RuntimeError: there is no such disposal.
    """
    row = the_disposal(session)
    if row is None or row.state != KEYS_GONE:
        raise RuntimeError("rows go only after the keys")
    counts, connection = row_counts(session), session.connection()
    if connection.dialect.name == "sqlite":
        _delete(connection)
    else:
        names = ", ".join(table.name for table in emptied())
        connection.execute(text(f"TRUNCATE {names}"))
    session.execute(update(DataCopy).values(owner="", place="", purpose="", destroyed_how=None))
    session.expire_all()
    return counts


def _delete(connection: Connection) -> None:
    """Empty the tables of a SQLite file, whose triggers would keep the ledgers' rows."""
    opened = tuple(name for name in LEDGERS if name not in KEPT)
    open_ledgers(connection, opened)
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in emptied():
        connection.execute(table.delete())
    close_ledgers(connection)


def forget_pages(engine: Engine) -> None:
    """Give the pages of removed rows back to the disk, overwritten; PostgreSQL did so already."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()  # without the transaction in which VACUUM is impossible
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()
