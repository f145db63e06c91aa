"""Bringing a database to the tables of this version, step by step, without an ini file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).resolve().parents[1] / "migrations"


def config() -> Config:
    """Return the configuration that alembic needs."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    return settings


def upgrade(engine: Engine) -> bool:
    """Apply what is missing; returns whether anything was. Two processes at once: one waits for the other."""
    settings = config()
    head = ScriptDirectory.from_config(settings).get_current_head()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7301)")
        if MigrationContext.configure(connection).get_current_revision() == head:
            return False
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return True
