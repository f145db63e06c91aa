"""The table of fields: what it says, what it refuses, and that it agrees with itself."""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.staff.fields import (
    NEVER,
    WRITTEN,
    FieldClass,
    FieldTable,
    written_fields,
)
from portal.domain.people.staff.permissions import STAFF_ROLES


def changed(before: str, after: str) -> FieldTable:
    """The written table with one change."""
    written = WRITTEN.read_text("utf-8")
    assert written.count(before) == 1
    return FieldTable.read(written.replace(before, after))


def test_the_table_agrees_with_itself_and_with_the_permissions() -> None:
    assert list(written_fields().faults()) == []


def test_codes_and_secrets_are_granted_to_nobody() -> None:
    table = written_fields()
    assert not any(classes & NEVER for classes in table.roles.values())
    assert not any(shown.classes & NEVER for shown in table.routes.values())


def test_a_role_sees_a_class_only_where_it_holds_the_permission_and_may_see_the_class() -> None:
    table = written_fields()
    page = "/households/{household_id:int}"
    assert FieldClass.BIRTH_DATE in table.granted(Role.OFFICER, page)
    assert FieldClass.PROTECTION in table.granted(Role.WARD_OFFICER, page)
    assert FieldClass.PROTECTION not in table.granted(Role.OFFICER, page)
    assert table.granted(Role.AGENT, page) == frozenset()
    assert table.granted(Role.OFFICER, "/nowhere") == frozenset()


def test_of_a_protected_family_others_than_the_ward_are_shown_numbers_of_paper_alone() -> None:
    table = written_fields()
    for path in table.routes:
        for role in STAFF_ROLES - {Role.WARD_OFFICER}:
            assert table.granted_of_protected(role, path) <= {
                FieldClass.LETTER_NUMBER,
                FieldClass.TRACKING_NUMBER,
            }
    page = "/households/{household_id:int}"
    assert table.granted_of_protected(Role.WARD_OFFICER, page) == table.granted(
        Role.WARD_OFFICER, page
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            '"/calls/finish" = "receipt_number"',
            '"/calls/finish" = "receipt_number register_number"',
            "/calls/finish shows",
        ),
        ('administrator = "', 'administrator = "name ', "administrator may see name, but no route"),
        ('administrator = "', 'administrator = "coupon_code ', "which no page may show"),
    ],
)
def test_a_promise_that_nobody_can_keep_is_named(before: str, after: str, said: str) -> None:
    table = changed(before, after)
    assert any(said in fault for fault in table.faults())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('administrator = "', 'administrator = "shoe_size '),
        ("[routes.search_households]", "[routes.search_nobody]"),
        ("[classes.kana]", "[classes.shoe_size]"),
    ],
)
def test_a_class_or_permission_that_does_not_exist_is_refused(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        changed(before, after)


def test_a_route_under_two_permissions_is_refused() -> None:
    written = WRITTEN.read_text("utf-8") + '\n[routes.own_account]\n"/households" = "name"\n'
    with pytest.raises(ValueError, match="two permissions"):
        FieldTable.read(written)
