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
        ("templates/portal/base.html", "tests/functional/resident/"),
        ("portal/platform/http/network.py", "tests/unit/platform/test_network.py"),
        ("locales/en/LC_MESSAGES/staff.po", "tests/architecture/test_catalogs.py"),
        ("tests/unit/test_check.py", "tests/unit/test_check.py"),
        ("tests/support/check.py", "tests/unit/test_check.py"),
    ],
)
def test_a_change_finds_its_tests(changed: str, expected: str) -> None:
    assert any(file.startswith(expected) for file in files_for([changed]))


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
