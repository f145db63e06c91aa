"""`./run check` finds the tests of a change by their place and by what they import."""

import ast

import pytest

from tests.support.check import files_for, imports, named
from tests.support.sources import ROOT


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("portal/domain/people/coupons/qr.py", "tests/unit/people/coupons/test_qr.py"),
        ("portal/domain/oversight/settlement/ending.py", "tests/functional/oversight/settlement/"),
        ("admin/people/lock.py", "tests/functional/people/admin/test_lock.py"),
        (
            "admin/mailroom/roster/holds.py",
            "tests/functional/mailroom/admin/test_holds_and_tasks.py",
        ),
        ("admin/mailroom/incidents/incident_stops.py", "tests/functional/mailroom/incidents/"),
        ("admin/oversight/management/minutes.py", "tests/functional/oversight/management/"),
        ("admin/desk/in_call/acts.py", "tests/functional/desk/acts/"),
        ("admin/navigation.py", "tests/functional/requests/admin/"),
        ("templates/admin/people/lock.html", "tests/functional/people/admin/test_lock.py"),
        ("templates/admin/mailroom/roster/hold.html", "tests/functional/mailroom/roster/"),
        ("templates/admin/components/marks.html", "tests/functional/people/admin/"),
        ("templates/layouts/admin.html", "tests/functional/desk/admin/"),
        ("portal/domain/mailroom/printing/dispatch/calendar.py", "tests/functional/mailroom/dis"),
        ("portal/domain/desk/casework/watch.py", "tests/functional/desk/"),
        ("portal/cli/oversight/settlement.py", "tests/functional/oversight/settlement/"),
        ("portal/programs/sample/program.toml", "tests/unit/foundation/program/"),
        ("templates/letters/parts.typ", "tests/unit/letters/letters/"),
        ("templates/portal/base.html", "tests/functional/resident/"),
        ("portal/platform/http/network.py", "tests/unit/platform/test_network.py"),
        ("locales/en/LC_MESSAGES/staff.po", "tests/architecture/test_catalogs.py"),
        ("tests/unit/test_check.py", "tests/unit/test_check.py"),
        ("tests/support/check.py", "tests/unit/test_check.py"),
    ],
)
def test_a_change_finds_its_tests(changed: str, expected: str) -> None:
    assert any(file.startswith(expected) for file in files_for([changed]))


def test_a_page_begins_with_the_tests_that_bear_its_name() -> None:
    found = files_for(["admin/people/lock.py"])
    assert found[0] == "tests/functional/people/admin/test_lock.py"
    assert {"tests/functional/people/admin/test_sites.py"} < set(found)


def test_a_test_of_another_wing_is_left_out() -> None:
    found = files_for(["templates/admin/oversight/management/minutes.html"])
    assert found
    assert not [file for file in found if "/oversight/" not in file]


def test_unit_tests_come_first_and_each_file_once() -> None:
    found = files_for(
        ["portal/domain/people/coupons/qr.py", "portal/domain/people/coupons/states.py"]
    )
    kinds = [file.split("/")[1] for file in found]
    assert kinds == sorted(kinds, reverse=True)
    assert len(found) == len(set(found)) > 2


def test_a_module_is_imported_by_either_spelling() -> None:
    source = "import a.b\nfrom c.d import e, f\n"
    assert imports(ast.parse(source)) == {"a.b", "c.d", "c.d.e", "c.d.f"}


def test_a_folder_is_all_of_its_files() -> None:
    files = list(named([str(ROOT / "tests" / "mutants")]))
    assert "tests/mutants/entries.py" in files
    assert not [file for file in files if "__pycache__" in file]
