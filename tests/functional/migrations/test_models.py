"""The migrations make exactly the tables that the models describe, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Engine, ForeignKey, Index, MetaData, String

from portal.domain.foundation.base import NAMING, BigId
from portal.domain.tables import metadata
from portal.platform.database import Database, make_engine
from tests.support.databases.catalog import catalog

OF_MIGRATIONS_ALONE = ("trigger keep_",)
"""How facts begin that only migrations can make.

Triggers and functions, ``"trigger guard_audit_event"``.
"""


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


def difference(migrated: Engine, url: str, models: MetaData) -> list[str]:
    """Make the tables of the models beside those of the migrations, and say where they differ."""
    with opened(url) as engine:
        models.create_all(engine)
        by_models, by_migrations = catalog(engine), catalog(migrated)
    known = {fact for fact in by_migrations if fact.startswith(OF_MIGRATIONS_ALONE)}
    return sorted(
        [f"only in the models: {fact}" for fact in by_models - by_migrations]
        + [f"only in the migrations: {fact}" for fact in by_migrations - by_models - known]
    )


def test_models_and_migrations_do_not_differ(
    database: Database, new_database: Callable[[bool], str]
) -> None:
    found = difference(database.engine, new_database(False), metadata)
    assert found == [], (
        "the models were changed without a migration, or otherwise than by it;"
        " .github/decisions/0016-migrations-are-written-out.md says how to add one"
    )


def test_alembic_finds_nothing_to_generate(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@pytest.fixture
def changed() -> MetaData:
    """The models with one more of everything that is easily forgotten."""
    models = MetaData(naming_convention=NAMING)
    for table in metadata.sorted_tables:
        table.to_metadata(models)
    request = models.tables["request"]
    request.append_column(Column("call_time", String(20)))
    request.append_column(Column("cause_id", BigId, ForeignKey("request.id")))
    request.append_constraint(CheckConstraint("id > 0", name="positive"))
    Index("ix_request_forgotten", request.c.call_time)
    models.tables["child"].c.added.server_default = None
    models.tables["household"].c.protected.nullable = True
    return models


def test_a_change_of_the_models_without_a_migration_is_named(
    database: Database, new_database: Callable[[bool], str], changed: MetaData
) -> None:
    found = difference(database.engine, new_database(False), changed)
    for named in (
        "call_time",
        "fk_request_cause_id_request",
        "ck_request_positive",
        "ix_request_forgotten",
        "added",
        "protected",
    ):
        assert any(fact.startswith("only in the models") and named in fact for fact in found), named
    # a column, a key, a check, an index; and a default and a NOT NULL on both sides
    assert len(found) == 9
