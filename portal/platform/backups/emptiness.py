"""Whether a database is empty, and making one empty that was so before."""

from sqlalchemy import Engine, text

from portal.platform.schema import State, columns_of, schema_of


def is_filled(engine: Engine) -> bool:
    """Tell whether a database has any table; a missing SQLite file is not made."""
    return schema_of(engine).state is not State.EMPTY


def empty(engine: Engine) -> None:
    """Drop all tables of a PostgreSQL database that was empty before we filled it."""
    with engine.begin() as connection:
        for name in sorted({table for table, _column in columns_of(connection)}):
            connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
