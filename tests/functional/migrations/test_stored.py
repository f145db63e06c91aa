"""The populated databases of all releases are upgraded and opened.

What plays them (``tests/support/databases/played.py``) leaves some tables empty: `WITHOUT_ROWS`
says which and why. None of them has a sealed column, which is what the stored rows are kept for;
their columns, keys and checks are compared as those of all other tables.
"""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.people.households.finder import finder_for
from portal.domain.people.households.queries import view_households
from portal.domain.people.households.search_keys import name_query
from portal.domain.tables import metadata
from portal.platform.database import make_engine
from portal.platform.migrations import columns_at, create_tables, run, upgrade_tables
from portal.platform.schema import columns_of, require_current
from tests.support.databases.catalog import catalog
from tests.support.databases.migrations import later_versions
from tests.support.databases.sealed_rows import open_everything, sealed_columns, stored_names
from tests.support.databases.stored import Stored
from tests.support.work import work_in

pytestmark = pytest.mark.matrix

WITHOUT_ROWS = {
    "auth_session one_time_code": "live for hours; nobody is signed in while it is played",
    "call_household call_verification call_back_try desk_act": (
        "the calls of the demo concern no household"
    ),
    "alternative_parcel counter_hand_over paper_form": (
        "no paper is packed, and no form on paper is entered"
    ),
    "stock_count stock_reservation": "stock is received, but neither counted nor promised",
    "recipient_addition recipient_change": "no recipient is added or changed",
    "bare_letter card_print other_mail print_archive sent_file": (
        "letters go out in one way only, on plain files"
    ),
    "pull_letter pull_list": "no letter is recalled",
    "document_use": "the letters are printed before the ward approves their texts",
    "script script_version site_notice": "staff publish no texts of their own",
    "settlement settlement_line": "the settlement is not closed",
    "staged_hold": "the waiting import holds nobody",
    "job job_aside job_worker begun_task readiness": "no worker and no site runs",
    "audit_head audit_outside audit_seal": "a worker seals events",
    "sealed_file sealed_piece register_file": "no file is kept",
    "scan_draft scan_finding": "no scan is cleaned",
    "data_copy restore_drill": "nothing is backed up",
    "disposal disposed_household": "nothing is disposed of",
    "person_list person_request": "no list leaves, and nobody asks for their data",
    "loss_report": "nobody reports a loss",
    "sender_trial self_check": "nothing is tried by hand",
    "ward_checklist ward_question ward_answer": "the ward sends no checklist",
}
"""The tables without a row, and why they are empty; a release has those that it knew."""


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has, of those that the database has."""
    with engine.connect() as connection:
        there = {table for table, _column in columns_of(connection)}
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name in there
        }


def empty_tables(known: Collection[str]) -> set[str]:
    """Return those of the known tables that have no row."""
    return {name for names in WITHOUT_ROWS for name in names.split()} & set(known)


def test_a_release_is_what_its_migrations_still_make(
    kept: Stored, old: Engine, new: Callable[[bool], str]
) -> None:
    """Nobody has changed a migration that ran."""
    engine = make_engine(new(False))
    with engine.begin() as connection:
        run(connection, kept.revision)
    assert catalog(old) == catalog(engine)
    engine.dispose()
    with old.connect() as connection:
        assert columns_of(connection) == columns_at(kept.revision)


def test_an_upgrade_makes_todays_tables_and_loses_no_row(
    kept: Stored, old: Engine, new: Callable[[bool], str]
) -> None:
    before = counts(old)
    assert sum(before.values()) > 3_000
    assert {name for name, rows in before.items() if not rows} == empty_tables(before)
    upgrade_tables(old)
    require_current(old)
    fresh = make_engine(new(False))
    create_tables(fresh)
    assert catalog(old) == catalog(fresh)
    fresh.dispose()
    after = counts(old)
    assert {name: after[name] for name in before} == before


def test_every_sealed_column_is_written_down() -> None:
    listed = set(stored_names()["sealed"])
    missing = set(sealed_columns(metadata)) - listed
    assert missing == set(), (
        "add to [sealed] in portal/domain/sealed_columns.toml a line like"
        f' "{min(missing, default="")}" = {{key = "own", context = "…:{{id}}"}}'
    )
    assert listed - set(sealed_columns(metadata)) == set(), "a listed column is gone: rows have it"


def test_todays_program_opens_every_sealed_row_of_a_release(kept: Stored, old: Engine) -> None:
    upgrade_tables(old)
    found = open_everything(old, kept.vault, metadata)
    columns = {f"{table}.{column}" for table, column in columns_at(kept.revision)}
    assert {name for name, rows in found.items() if not rows} & columns == set()


DIGESTS = {
    "search_index": ("names", "places", "births"),
    "staged_household": ("names", "places", "births"),
}


def test_no_search_key_is_left_after_the_upgrade(kept: Stored, old: Engine) -> None:
    """The digests of version 0.1.0 could be counted; families are found as before."""
    held = [len(found) for found in digests(old)]
    assert kept.version != "0.1.0" or sum(held) > 1_000
    upgrade_tables(old)
    assert [len(found) for found in digests(old)] == [0] * len(held)
    with Session(old) as session:
        views = view_households(work_in(session, vault=kept.vault), homes(session)[:5])
        finder = finder_for(old, kept.vault)
        for view in views:
            assert view.id in finder.find(session, name_query(view.fields.name))


def digests(engine: Engine) -> list[bytes]:
    """Everything in the columns that held digests."""
    with engine.connect() as connection:
        return [
            bytes(value)
            for table, columns in DIGESTS.items()
            for row in connection.execute(
                select(*(metadata.tables[table].c[name] for name in columns))
            )
            for value in row
        ]


def homes(session: Session) -> list[int]:
    return list(session.scalars(select(metadata.tables["household"].c.id)))


REBUILD = (
    'how = "always" if op.get_bind().dialect.name == "sqlite" else "never"',
    "for name in sa.inspect(op.get_bind()).get_table_names():",
    '    if name != "alembic_version":',
    "        with op.batch_alter_table(name, recreate=how):",
    "            pass",
)


def test_rebuilding_every_table_loses_no_row_and_no_rule(
    kept: Stored, old: Engine, tmp_path: Path
) -> None:
    """SQLite changes a table by making it anew; rows that point to it must survive."""
    upgrade_tables(old)
    before, rules = counts(old), catalog(old)
    assert upgrade_tables(old, versions=later_versions(tmp_path, *REBUILD))
    assert counts(old) == before
    added = {fact for fact in catalog(old) - rules if "call_time" not in fact}
    assert (added, rules - catalog(old)) == (set(), set())
    with old.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text("DELETE FROM household WHERE id IN (SELECT household_id FROM child)")
        )
