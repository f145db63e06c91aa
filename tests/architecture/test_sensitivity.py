"""Every column has a class; what is personal or secret is stored sealed or as a digest."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, text

from portal.cli.sensitivity import PAGE
from portal.domain.sensitivity import (
    WRITTEN,
    Classes,
    Stored,
    as_markdown,
    written_classes,
)
from portal.domain.tables import metadata
from portal.platform.database import make_engine
from portal.platform.schema import columns_of
from tests.support.databases.sealed_rows import stored_names

NOT_BY_THE_MODELS = {"alembic_version"}


def with_column(column: Column[str] | Column[bytes]) -> MetaData:
    """Return today's tables with one more column of households."""
    copied = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(copied)
    copied.tables["household"].append_column(column)
    return copied


def classes(changed: str = "", to: str = "") -> Classes:
    written = WRITTEN.read_text("utf-8")
    assert written.count(changed) == 1 or not changed
    return Classes.read(written.replace(changed, to) if changed else written)


@pytest.mark.asvs("14.1.1")
def test_every_column_has_a_class_and_nothing_personal_is_in_clear_without_a_reason() -> None:
    assert list(written_classes().faults(metadata)) == [], "see portal/domain/sensitivity.toml"


def test_a_column_without_a_class_is_named() -> None:
    tables = with_column(Column("nickname", String(80)))
    assert list(classes().faults(tables)) == ["household.nickname has 0 classes instead of one"]


def test_a_personal_column_in_clear_is_refused_until_somebody_says_why() -> None:
    tables = with_column(Column("nickname", String(80)))
    added = WRITTEN.read_text("utf-8").replace(
        'personal = "number_digest sealed', 'personal = "nickname number_digest sealed'
    )
    said = list(Classes.read(added).faults(tables))
    assert len(said) == 1
    assert said[0].startswith("household.nickname is personal and stored in clear")
    reasoned = added.replace("[clear]\n", '[clear]\n"household.nickname" = "nobody has one"\n')
    assert list(Classes.read(reasoned).faults(tables)) == []
    empty = added.replace("[clear]\n", '[clear]\n"household.nickname" = ""\n')
    assert list(Classes.read(empty).faults(tables)) != []


def test_a_personal_column_of_ciphertext_needs_no_reason() -> None:
    tables = with_column(Column("nickname", LargeBinary))
    added = WRITTEN.read_text("utf-8").replace(
        'personal = "number_digest sealed', 'personal = "nickname number_digest sealed'
    )
    assert list(Classes.read(added).faults(tables)) == []


def test_a_class_or_a_reason_for_what_is_not_there_is_named() -> None:
    gone = classes('"household.protected" =', '"household.hidden" =')
    assert any(said.startswith("household.hidden is listed") for said in gone.faults(metadata))
    idle = classes("[clear]\n", '[clear]\n"household.sealed" = "not in clear at all"\n')
    assert any("household.sealed stands in [clear]" in said for said in idle.faults(metadata))


def test_every_column_that_counts_as_sealed_is_opened_by_a_key_in_the_tests() -> None:
    """``tests/functional/migrations`` opens all that are written down, row by row."""
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if written_classes().stored(column) is Stored.SEALED and column.name != "wrapped_key"
    }
    assert sealed == set(stored_names()["sealed"])


def unclassified(path: Path) -> list[str]:
    """Return the columns of a database that have no class."""
    engine = make_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = columns_of(connection)
    engine.dispose()
    return sorted(
        f"{table}.{column}"
        for table, column in found
        if table not in NOT_BY_THE_MODELS and written_classes().of(table, column) is None
    )


def test_a_migration_that_adds_a_column_without_a_class_is_named(
    sqlite_template: Path, tmp_path: Path
) -> None:
    migrated = Path(shutil.copy(sqlite_template, tmp_path / "migrated.sqlite3"))
    assert unclassified(migrated) == [], "see portal/domain/sensitivity.toml"
    engine = make_engine(f"sqlite:///{migrated}")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE household ADD COLUMN nickname VARCHAR(80)"))
    engine.dispose()
    assert unclassified(migrated) == ["household.nickname"]


def test_the_page_for_the_ward_is_up_to_date() -> None:
    page = as_markdown(written_classes(), metadata)
    assert PAGE.read_text("utf-8") == page, "run ./run portal sensitivity --write"
