"""Whatever leaves as a file is known, and nobody's data leave past a gate.

``leaving.toml`` sorts every route and every command that gives a file away. Found by what the
program does, not by a list: a new one fails here until somebody has thought about it.
"""

import ast
import inspect
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from types import FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import click
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.cli.context import keep
from portal.cli.main import COMMANDS, portal
from portal.platform.application import make_routes
from portal.settings import load_settings
from portal.web import routes as resident
from tests.support.sources import ROOT
from tests.support.staff import staff_routes

FILE = "tests/architecture/leaving.toml"
SENDS = frozenset({"download", "show_file", "send"})
"""What a handler calls on its page to answer with bytes."""
OURS = ("admin.", "portal.web.", "portal.platform.")
NOBODY, GATE, APPROVED = "nobody", "gate", "person_lists"


class Sorted(NamedTuple):
    """What the register says of one way out."""

    kind: str
    why: str


def register(section: str) -> dict[str, Sorted]:
    """Return what is registered, by route or command."""
    found = tomllib.loads((ROOT / FILE).read_text("utf-8"))[section]
    return {
        name: Sorted(kind, why) for kind, entries in found.items() for name, why in entries.items()
    }


# ---- routes ----


def answers_with_bytes(function: Callable[..., Any], seen: set[object] | None = None) -> bool:
    """Tell whether a handler, or a function of ours that it calls, sends a file."""
    seen = set() if seen is None else seen
    while isinstance(function, partial):
        function = function.func
    owner = function.__self__ if isinstance(function, MethodType) else None
    plain = function.__func__ if isinstance(function, MethodType) else function
    if not isinstance(plain, FunctionType) or plain in seen:
        return False
    seen.add(plain)
    tree = ast.parse(textwrap.dedent(inspect.getsource(plain)))
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    if any(_sends(called) for called in calls):
        return True
    mentioned = [*_enclosed(plain), *_mentioned(tree, plain, owner)]
    return any(answers_with_bytes(one, seen) for one in mentioned)


def _sends(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        on_page = isinstance(called.value, ast.Name) and called.value.id == "page"
        return on_page and called.attr in SENDS
    return isinstance(called, ast.Name) and called.id in {"Stream", "File", "Response"}


def _enclosed(function: FunctionType) -> Iterator[Callable[..., Any]]:
    """Yield the functions that a function was made with."""
    for cell in function.__closure__ or ():
        if callable(cell.cell_contents):
            yield cell.cell_contents


def _mentioned(
    tree: ast.AST, function: FunctionType, owner: object
) -> Iterator[Callable[..., Any]]:
    """Yield the functions of the sites that a function calls or passes on."""
    for node in ast.walk(tree):
        found: object = None
        if isinstance(node, ast.Name):
            found = function.__globals__.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            holder = owner if node.value.id == "self" else function.__globals__.get(node.value.id)
            if isinstance(holder, ModuleType) or holder is owner is not None:
                found = getattr(holder, node.attr, None)
        if isinstance(found, (FunctionType, MethodType)) and found.__module__.startswith(OURS):
            yield found


def routes_with_files(app: Litestar, site: str) -> set[str]:
    """Return the routes of a site that answer with a file."""
    found = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            plan = handler.opt.get("plan") if isinstance(handler, HTTPRouteHandler) else None
            if plan is not None and answers_with_bytes(plan.handler):
                method = next(iter(handler.http_methods - {"HEAD", "OPTIONS"}))
                found |= {f"{site} {method} {path}" for path in handler.paths}
    return found


def every_route() -> set[str]:
    resident_app = make_routes(resident.handlers(load_settings()))
    return routes_with_files(staff_routes(), "staff") | routes_with_files(resident_app, "resident")


# ---- commands ----


def every_command() -> set[str]:
    """Return the commands that write a file whose name they are given."""
    return {
        " ".join(words)
        for words, command in all_commands(portal, ("portal",))
        if any(_writes(one) for one in command.params)
    }


def every_result() -> set[str]:
    """Return the commands whose ``--json`` takes the name of a file."""
    return {
        " ".join(words)
        for words, command in all_commands(portal, ("portal",))
        if any(one.name == "json_file" and one.callback is keep for one in command.params)
    }


def all_commands(
    command: click.Command, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield all commands of a group with their words."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        if inner is not None:
            yield from all_commands(inner, (*words, name))


def _writes(param: click.Parameter) -> bool:
    if isinstance(param.type, click.File):
        return "w" in param.type.mode
    return isinstance(param.type, click.Path) and not param.type.exists


# ---- the register ----


@pytest.mark.parametrize(
    ("section", "found"),
    [("routes", every_route), ("commands", every_command), ("results", every_result)],
)
def test_everything_that_gives_a_file_away_is_in_the_register(
    section: str, found: Callable[[], set[str]]
) -> None:
    ways, listed = found(), register(section)
    assert sorted(ways - set(listed)) == [], f"sort them into [{section}] of {FILE}"
    assert sorted(set(listed) - ways) == [], f"gone: take them out of [{section}] of {FILE}"


def test_the_register_knows_three_kinds_and_says_why() -> None:
    for section in ("routes", "commands", "results"):
        for name, entry in register(section).items():
            assert entry.kind in {NOBODY, GATE, APPROVED}, name
            assert len(entry.why) > 10, name


def test_lists_with_persons_have_one_way_out_and_one_for_two_at_a_command() -> None:
    approved = {
        name
        for section in ("routes", "commands", "results")
        for name, entry in register(section).items()
        if entry.kind == APPROVED
    }
    pages = "staff POST /person-lists/{person_list_id:int}/fetch"
    assert approved == {pages, "portal audit incident"}


def test_a_file_sent_by_a_function_that_a_handler_passes_on_is_found() -> None:
    from admin.oversight import person_lists
    from admin.oversight.reports import declines

    assert answers_with_bytes(person_lists.fetch)
    assert answers_with_bytes(declines.download_declines)
    assert not answers_with_bytes(person_lists.show)


def test_commands_are_loaded_by_their_names() -> None:
    assert all(import_module(command.module) for command in COMMANDS.values())


OWN_CELLS = {
    "portal/domain/foundation/transfers/sheet_file.py": "our own names of files, and figures",
    "portal/domain/mailroom/printing/archives/content.py": "numbers of letters, names of files",
    "portal/domain/mailroom/printing/recalls/queries.py": "numbers of letters, names of files",
    "portal/domain/mailroom/printing/runs/pipeline/manifest.py": "numbers, names of files",
}
"""Modules whose CSV holds nothing that anybody typed."""


def test_every_csv_marks_the_cells_that_begin_like_formulas() -> None:
    """A new one that writes texts as they are fails until it marks them (CWE-1236)."""
    written = {
        path.relative_to(ROOT).as_posix(): text
        for folder in ("portal", "admin")
        for path in (ROOT / folder).rglob("*.py")
        if "csv.writer(" in (text := path.read_text("utf-8"))
    }
    bare = {
        name
        for name, text in written.items()
        if "as_cell(" not in text and "plain_cell(" not in text
    }
    assert {name for name in bare if not name.startswith("portal/demo/")} == set(OWN_CELLS)
