"""Names that the program writes into rows, read from its source; ``{}`` stands for what varies."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.support.sources import ROOT

SEALING = {
    "seal": 2,
    "unseal": 2,
    "seal_json": 2,
    "unseal_json": 2,
    "sealed_values": 1,
    "seal_into": 2,
    "carry": 2,
    "carried": 2,
}
"""Functions that seal or open, and which of their arguments is the context."""
INDEXING = {"blind": 0, "code_digest": 0, "sign": 0}
EVENT = re.compile(r"(?:[a-z_]|\{\})+\.(?:[a-z_]|\{\})+")
NO_EVENTS = re.compile(
    r".*\.(?:id|typ|toml|json|csv|xlsx|pdf|md|py|log|mo|po|texts|key|lock|from|to|age|layouts|new|db)"
    r"|.*\.number"
    r"|portal\..*|gram\..*|program\.\{\}|certificate\.\{\}|metrics\..*|botocore\..*|twilio\..*"
)
"""What looks like an event and is a column, a file, a logger, a library, or another list's name."""


@cache
def modules() -> dict[str, ast.Module]:
    """Return the modules of both sites, but for migrations and for words about events."""
    found = {}
    for folder in ("portal", "admin"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if "words" not in path.stem and not name.startswith("portal.migrations."):
                found[name.removesuffix(".__init__")] = ast.parse(path.read_text("utf-8"))
    return found


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """Return everything in a module."""
    return tuple(ast.walk(modules()[name]))


def sealing_contexts() -> set[str]:
    """Return all contexts to which sealed values are bound."""
    return _arguments(SEALING)


def index_purposes() -> set[str]:
    """Return all purposes of keyed digests and signatures."""
    grams = {text for text in _texts() if text.startswith("gram.")}
    return _arguments(INDEXING) | grams


def audit_events() -> set[str]:
    """Return all codes of audit events."""
    return {text for text in _texts() if EVENT.fullmatch(text) and not NO_EVENTS.fullmatch(text)}


def _arguments(functions: dict[str, int]) -> set[str]:
    found = set()
    for name in modules():
        if not any(_called(node) in functions for node in nodes(name)):
            continue
        for function in nodes(name):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    place = functions.get(_called(call), -1)
                    if isinstance(call, ast.Call) and 0 <= place < len(call.args):
                        found.add(_template(call.args[place], function, name))
    return found - {"{}"}


def _called(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        return node.func.id if isinstance(node.func, ast.Name) else node.func.attr
    return ""


def _texts() -> Iterator[str]:
    for name in modules():
        inner = {
            id(part)
            for node in nodes(name)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node in nodes(name):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in inner:
                yield _literal(node)


def _literal(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)


def _template(node: ast.expr, scope: ast.AST, module: str) -> str:
    """Resolve an argument as far as it stands in words."""
    if isinstance(node, ast.Constant):
        return _literal(node)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _inner(part.value, scope, module)
            if isinstance(part, ast.FormattedValue)
            else str(getattr(part, "value", ""))
            for part in node.values
        )
    if isinstance(node, ast.BinOp):
        return _template(node.left, scope, module) + _template(node.right, scope, module)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _template(node.func.value, scope, module) if node.func.attr == "encode" else "{}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _returned(node.func.id, module)
    if isinstance(node, ast.Name):
        return _named(node.id, scope, module)
    return "{}"


def _inner(node: ast.expr, scope: ast.AST, module: str) -> str:
    """Resolve a part of a text: only constants and contexts within contexts, not what varies."""
    constant = isinstance(node, ast.Name) and node.id.isupper()
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return _template(node, scope, module) if constant or called else "{}"


def _returned(name: str, module: str) -> str:
    """What a function returns: one of this module, or one that it imports."""
    where, name = _home(name, module)
    for node in nodes(where) if where in modules() else ():
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for line in ast.walk(node):
                if isinstance(line, ast.Return) and line.value is not None:
                    return _template(line.value, node, where)
    return "{}"


def _named(name: str, scope: ast.AST, module: str) -> str:
    """What a variable of the function, or a constant of a module, holds."""
    where, constant = _home(name, module)
    home = nodes(where) if where in modules() else ()
    for tree, key, at in ((ast.walk(scope), name, module), (home, constant, where)):
        for node in tree:
            if isinstance(node, ast.Assign) and _target(node) == key:
                return _template(node.value, scope, at)
    return "{}"


def _target(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def _home(name: str, module: str) -> tuple[str, str]:
    for node in modules()[module].body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return node.module or "", alias.name
    return module, name
