"""Names in stored rows are listed; none is renamed or removed, and every addition is seen."""

import importlib
import json
import pkgutil
import re
from functools import cache

import pytest
from sqlalchemy import Engine, String, select

import portal.domain
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.states import StateMachine
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.oversight.export.ledgers.all_ledgers import ALL_LEDGERS
from portal.domain.people.tasks.services import new_receipt_no
from portal.domain.tables import metadata
from portal.platform.migrations import upgrade_tables
from tests.support.databases import names_in_source
from tests.support.databases.sealed_rows import Opener, Row, stored_names
from tests.support.databases.stored import Stored

FILE = "tests/functional/migrations/stored_names.toml"


@cache
def machines() -> tuple[StateMachine, ...]:
    """Return every state machine of the program."""
    found = {}
    for module in pkgutil.walk_packages(portal.domain.__path__, "portal.domain."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, StateMachine):
                found[id(value)] = value
    return tuple(found.values())


def by_machine() -> dict[str, set[str]]:
    """States and actions: both stand in rows, an action as the end of an audit event."""
    found: dict[str, set[str]] = {}
    for machine in machines():
        found.setdefault(machine.name, set()).update(machine.states, machine.steps)
    return found


def compare(section: str, used: set[str], listed: set[str], line: str) -> None:
    """Fail with the line to add, or with the name that rows have and the program has no longer."""
    added, gone = sorted(used - listed), sorted(listed - used)
    assert added == [], f"new names; add to {section} of {FILE}: " + ", ".join(
        line.format(name) for name in added
    )
    assert gone == [], (
        f"{section} of {FILE} lists names that the program no longer uses, but rows of families "
        "have them: give the old name back (what is new gets a new one), or keep reading it and "
        "move its line to [retired]"
    )


def retired(section: str) -> set[str]:
    """Names that the program only reads."""
    return set(stored_names().get("retired", {}).get(section, []))


@pytest.mark.parametrize(
    ("section", "used"),
    [
        ("sealing_contexts", names_in_source.sealing_contexts),
        ("index_purposes", names_in_source.index_purposes),
        ("audit_events", names_in_source.audit_events),
    ],
)
def test_names_in_the_source_are_written_down(section: str, used: object) -> None:
    assert callable(used)
    listed = set(stored_names()["names"][section])
    compare(f"names.{section}", used(), listed, '"{}",')


def test_a_new_name_and_a_missing_one_are_both_named() -> None:
    with pytest.raises(AssertionError, match=r'add to names\.audit_events of .*"call\.sung"'):
        compare("names.audit_events", {"call.read", "call.sung"}, {"call.read"}, '"{}",')
    with pytest.raises(AssertionError, match=r"move its line to \[retired\](.|\n)*call\.read"):
        compare("names.audit_events", set(), {"call.read"}, '"{}",')


def test_states_and_actions_are_written_down() -> None:
    listed = {name: set(words.split()) for name, words in stored_names()["states"].items()}
    used = by_machine()
    compare("[states]", set(used), set(listed), '{} = "… …"')
    for name, words in used.items():
        compare(f"the line `{name}` of [states]", words, listed[name], "{}")


def test_columns_of_the_export_are_written_down() -> None:
    """A ward's programs read these files: columns keep their place, new ones come last."""
    used = {ledger.name: list(ledger.columns) for ledger in ALL_LEDGERS}
    listed = {name: line.split() for name, line in stored_names()["export"].items()}
    compare("[export]", set(used), set(listed), '{} = "…"')
    for name, columns in used.items():
        assert columns == listed[name], f"write the columns of {name} in [export] of {FILE}: " + (
            " ".join(columns)
        )


def test_a_list_is_in_order_and_names_nothing_twice() -> None:
    for section, names in stored_names()["names"].items():
        assert names == sorted(set(names)), section


def test_numbers_that_people_have_on_paper_keep_their_form(kept: Stored, old: Engine) -> None:
    upgrade_tables(old)
    forms = stored_names()["receipts"]
    for made, name in ((new_receipt_no, "receipt_no"), (new_letter_number, "letter.number")):
        assert re.fullmatch(forms[name], made())
    with old.connect() as connection:
        for table, column in numbers():
            form = forms.get(f"{table}.{column}", forms["receipt_no"])
            target = metadata.tables[table].c[column]
            for number in connection.execute(select(target).where(target.is_not(None))).scalars():
                assert re.fullmatch(form, number), f"{table}.{column}"


def numbers() -> list[tuple[str, str]]:
    """Columns that hold a receipt number or the number of a letter or an incident."""
    return [
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in {"receipt_no", "number"} and isinstance(column.type, String)
        if table.name not in {"script", "script_version"}
    ]


def test_every_event_of_a_release_is_known(kept: Stored, old: Engine) -> None:
    upgrade_tables(old)
    listed = set(stored_names()["names"]["audit_events"]) | retired("audit_events")
    known = {name for name in listed if "{" not in name}
    known |= {f"{name}.{word}" for name, words in by_machine().items() for word in words}
    templates = [name.replace(".", r"\.").replace("{}", "[a-z_]+") for name in listed - {"{}.{}"}]
    with old.connect() as connection:
        for action in connection.execute(select(AuditEvent.action).distinct()).scalars():
            assert action in known or any(re.fullmatch(form, action) for form in templates), action


def test_todays_program_finds_rows_by_the_digests_of_a_release(kept: Stored, old: Engine) -> None:
    """A sealed value is found by the digest beside it, made for the purpose on the list."""
    upgrade_tables(old)
    with old.connect() as connection:
        opener = Opener(connection, kept.vault, metadata)
        for name, rule in stored_names()["digests"].items():
            table, column = name.split(".")
            rows = list(connection.execute(select(metadata.tables[table])).mappings())
            assert len(rows) > 50, name
            for row in rows:
                value = opened(opener, f"{table}.{rule['sealed']}", rule["part"], row)
                assert kept.vault.blind(rule["purpose"], value) == row[column], name


def opened(opener: Opener, name: str, part: str | int, row: Row) -> str:
    text = opener.open(name, row)
    return str(json.loads(text)[part]) if part != "" else text.decode()
