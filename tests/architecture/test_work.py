"""A service takes one `Work`, not its parts (decision 0015)."""

import ast
from collections.abc import Iterator

from tests.support.sources import python_files, short

PARTS = {"session", "vault", "program", "actor", "now"}
PERSONAL = PARTS - {"session", "now"}


def rules() -> Iterator[tuple[str, set[str]]]:
    """Every function of the rules with the names of its parameters."""
    for path in python_files():
        if not short(path).startswith("portal/domain/"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                given = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                typed = {
                    one.arg: ast.unparse(one.annotation)
                    for one in given
                    if one.annotation is not None
                }
                names = {
                    name for name, kind in typed.items() if kind not in {"str", "frozenset[str]"}
                }
                yield f"{short(path)}:{node.lineno} {node.name}", names


def test_whoever_needs_more_than_a_transaction_takes_a_work() -> None:
    assert [place for place, names in rules() if "session" in names and names & PERSONAL] == []


def test_nobody_takes_three_of_the_five() -> None:
    assert [place for place, names in rules() if len(names & PARTS) > 2] == []


def test_nobody_takes_a_work_and_a_part_of_it() -> None:
    assert [place for place, names in rules() if "work" in names and names & PARTS] == []
