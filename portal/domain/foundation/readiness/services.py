"""Writes the row; whoever asks learns from the database's answer whether it takes writes."""

from sqlalchemy import text
from sqlalchemy.orm import Session

ROW = text(
    "INSERT INTO readiness (id, written_at) VALUES (1, CURRENT_TIMESTAMP)"
    " ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at"
)
SHORT = text("SELECT set_config('lock_timeout', '500ms', true)")
SMALL = text("SELECT set_config('work_mem', '64kB', true)")
SPILL = text("SELECT count(*) FROM generate_series(1, 20000)")


def write_row(session: Session) -> None:
    """Write the row, and let PostgreSQL use some disk beside it.

    A row fits into a page that is there already, also on a full disk. A result that outgrows its
    memory goes to a file in the database's tablespace (about 0.3 MB, gone at once), and needs
    neither a table nor a right.

    Raises:
        DBAPIError: the database is away, takes no writes, or has no disk left.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(SHORT)
        session.execute(SMALL)
        session.execute(SPILL)
    session.execute(ROW)
