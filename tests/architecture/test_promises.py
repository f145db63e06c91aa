"""Each answer and promise to the ward names a proof that there is, and each proof is used."""

import ast
from functools import cache

import pytest

from portal.domain.foundation.program.loader import load_program
from portal.domain.oversight.management.checklist import Verdict, items
from portal.domain.oversight.management.promises import disposal, risks, security
from portal.domain.oversight.management.proofs import LIVE
from portal.domain.oversight.management.proven_by_tests import PROVEN_BY_TESTS
from portal.domain.oversight.management.way_out import NEVER, POSSIBLE
from tests.support.sources import ROOT

USED = {
    *(name for item in items().values() for name in item.proofs),
    *(
        name
        for promise in (*risks(), *security(load_program("sample")), disposal())
        for name in promise.proofs
    ),
    *NEVER,
    *POSSIBLE,
}


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("key", list(items()))
def test_an_answer_that_something_is_done_names_what_shows_it(key: str) -> None:
    item = items()[key]
    if Verdict(item.verdict) in {Verdict.YES, Verdict.PARTLY}:
        assert item.proofs


def test_every_name_of_a_proof_is_one() -> None:
    assert USED - {*LIVE, *PROVEN_BY_TESTS} == set()
    assert {*LIVE, *PROVEN_BY_TESTS} - USED == set()
    assert set(LIVE) & set(PROVEN_BY_TESTS) == set()


@pytest.mark.parametrize("name", list(PROVEN_BY_TESTS))
def test_a_proof_by_tests_names_tests_that_there_are(name: str) -> None:
    for path, function in PROVEN_BY_TESTS[name].tests:
        found = functions_of(path)
        assert not function or function in found, (path, function)
        assert any(known.startswith("test_") for known in found), path


def test_what_the_software_promises_names_what_shows_it() -> None:
    without = [promise.title for promise in risks() if not promise.proofs]
    assert without == []
