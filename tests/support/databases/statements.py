"""What is asked of a database while something is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from portal.platform.database import Database


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Give the list that fills with the statements of a block, in any transaction."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
