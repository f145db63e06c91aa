"""The table of fields names real routes and every column with somebody's data; its guide agrees."""

import re
from collections.abc import Iterable

from portal.cli.fields import PAGE
from portal.domain.people.staff.fields import FieldTable, as_markdown, written_fields
from portal.domain.tables import metadata
from tests.support.databases.sealed_rows import sealed_columns
from tests.support.fields.walking import routes


def column(place: str) -> str:
    """The column of a place, without the path in its JSON."""
    return ".".join(re.split(r"[.\[]", place)[:2])


def unsorted(table: FieldTable, columns: Iterable[str]) -> list[str]:
    """Return the sealed columns that are in no class and have no reason not to be."""
    places = {column(place) for found in table.places.values() for place in found}
    assert not places & set(table.elsewhere), "a column is in a class and elsewhere"
    return sorted(set(columns) - places - set(table.elsewhere))


def test_every_route_of_the_table_is_one_of_the_site_and_names_its_permission() -> None:
    access = {route.path: route.access for route in routes()}
    written = {path: str(shown.permission) for path, shown in written_fields().routes.items()}
    assert {path: access.get(path) for path in written} == written


def test_every_sealed_column_is_in_a_class_of_fields_or_says_what_it_is() -> None:
    assert unsorted(written_fields(), sealed_columns(metadata)) == [], (
        "give it a class in portal/domain/people/staff/fields.toml"
    )
    assert unsorted(written_fields(), ["household.nickname_sealed"]) == [
        "household.nickname_sealed"
    ]


def test_every_place_is_a_column() -> None:
    columns = {
        f"{table.name}.{name.name}" for table in metadata.tables.values() for name in table.c
    }
    places = [place for found in written_fields().places.values() for place in found]
    named = {column(place) for place in places} | set(written_fields().elsewhere)
    assert sorted(named - columns) == []
    assert len(places) == len(set(places)), "a place is in two classes"


def test_the_page_for_the_officers_of_data_protection_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == as_markdown(written_fields()), (
        "run ./run portal fields --write"
    )
