"""Migrations stay as they ran, know no models, and let the program before them go on."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import __version__
from portal.platform.schema import VERSIONS
from tests.support.sources import short

FIRST = "0001"
DROPS = {"drop_column", "drop_table", "drop_table_comment", "rename_table"}
IN_SQL = re.compile(r"\b(?:DROP\s+(?:TABLE|COLUMN)|RENAME\s|SET\s+NOT\s+NULL)", re.IGNORECASE)


def later() -> list[Path]:
    return [path for path in sorted(VERSIONS.glob("[0-9]*.py")) if path.name[:4] != FIRST]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def is_false(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def offenses(source: str) -> Iterator[str]:
    """Say what the program of the release before would stumble over."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and IN_SQL.search(str(node.value)):
            yield f"line {node.lineno}: {node.value!r}"
    for name, call in calls(tree):
        if name in DROPS or (name == "alter_column" and changes_what_is_there(call)):
            yield f"line {call.lineno}: {name}"
        if name == "add_column" and any(is_demanded(column) for column in calls(call)):
            yield f"line {call.lineno}: {name} NOT NULL without server_default"


def changes_what_is_there(call: ast.Call) -> bool:
    renamed = any(keyword(call, name) for name in ("new_column_name", "type_"))
    return renamed or is_false(keyword(call, "nullable"))


def is_demanded(named: tuple[str, ast.Call]) -> bool:
    name, call = named
    demanded = name == "Column" and is_false(keyword(call, "nullable"))
    return demanded and keyword(call, "server_default") is None


def contract_of(source: str) -> str | None:
    """Return the version from which a migration may take things away."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CONTRACT":
            return str(ast.literal_eval(node.value))
    return None


def refusals(source: str, version: str) -> list[str]:
    """Say why a migration cannot be part of a version of the program."""
    contract = contract_of(source)
    if contract is None:
        return list(offenses(source))
    if not numbers("0.1.0") < numbers(contract) <= numbers(version):
        return [f"CONTRACT = {contract!r}, but this is version {version}"]
    return []


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3])


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ('op.drop_column("request", "state")', True),
        ('op.drop_table("request")', True),
        ('op.rename_table("request", "wish")', True),
        ('batch.alter_column("state", new_column_name="stage")', True),
        ('batch.alter_column("state", nullable=False)', True),
        ('batch.alter_column("state", nullable=True)', False),
        ('op.add_column("request", sa.Column("call_time", sa.String(20), nullable=False))', True),
        ('op.add_column("request", sa.Column("call_time", sa.String(20)))', False),
        (
            'op.add_column("t", sa.Column("c", sa.Boolean, nullable=False, server_default="1"))',
            False,
        ),
        ('op.execute("ALTER TABLE request DROP COLUMN state")', True),
        ('op.execute("UPDATE request SET call_id = 1")', False),
        ('op.create_index("ix_request_day", "request", ["day"])', False),
    ],
)
def test_what_an_older_program_would_stumble_over_is_found(line: str, refused: bool) -> None:
    source = f"def upgrade() -> None:\n    {line}\n"
    assert bool(refusals(source, "0.1.0")) is refused
    assert refusals(f'CONTRACT = "0.3.0"\n{source}', "0.3.1") == []
    assert refusals(f'CONTRACT = "0.3.0"\n{source}', "0.2.9") != []


def test_a_migration_only_adds_until_its_contract_is_due() -> None:
    found = {short(path): refusals(path.read_text("utf-8"), __version__) for path in later()}
    assert {name: said for name, said in found.items() if said} == {}, (
        "see `Expand, then contract` in .github/decisions/0016-migrations-are-written-out.md"
    )


def test_migrations_are_one_line_and_named_by_their_numbers() -> None:
    """A number may stay free: who writes a migration takes one before it lands."""
    before = None
    for path in sorted(VERSIONS.glob("[0-9]*.py")):
        lines = path.read_text("utf-8").splitlines()
        assert f'revision = "{path.name[:4]}"' in lines, path.name
        assert f"down_revision = {before!r}".replace("'", '"') in lines, path.name
        assert not any(line.startswith("def downgrade") for line in lines), path.name
        before = path.name[:4]


def test_migrations_know_no_models() -> None:
    """The models are those of today; what a migration does is what it did."""
    folder = VERSIONS.parent
    for path in folder.rglob("*.py"):
        imported = re.findall(
            r"^(?:from|import) ((?:portal|admin)[\w.]*)", path.read_text("utf-8"), re.MULTILINE
        )
        outside = {name for name in imported if not name.startswith("portal.migrations.")}
        allowed = {"portal.domain.foundation.base"} if path.name == "env.py" else set()
        assert outside <= allowed, short(path)
