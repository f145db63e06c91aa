"""Which test shows which requirement of OWASP ASVS 5.0, and what stands for the others.

`tests/architecture/asvs.toml` has our words for each requirement that applies; a test that fails
without the control says so itself: `@pytest.mark.asvs("6.5.1")`. Both together are the guide:
`python -m tests.support.asvs` writes it.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.mutants.entries import entries
from tests.support.sources import ROOT, python_files, short

LISTED = ROOT / "tests" / "architecture" / "asvs.toml"
GUIDE = ROOT / ".github" / "guides" / "asvs.md"
HEAD = """# ASVS 5.0: what shows each requirement

The Application Security Verification Standard of OWASP, version 5.0.0, levels 1 and 2: the
{all} of its 253 requirements that apply here. Their numbers are those of the standard; the words
are ours and say what the portal does. Not applicable: OAuth and OpenID Connect (V10), WebRTC (V17),
GraphQL and WebSocket (4.3, 4.4), single sign-on (6.8, 7.1.3, 7.6), several wards in one deployment
(8.4.1), and single ones about LDAP, XPath, LaTeX, SVG, memory and foreign frames.

- **Tests** fail without the control; each bears the number (`@pytest.mark.asvs`). ✓:
  `./run mutants` takes this row's control out (`asvs` in `tests/mutants/*.toml`), and the test must
  notice by itself. Each row with tests has such an entry.
- **Design** stands in the named file, **operations** with whoever runs the servers, in the named
  guide or example.
- **Open** is missing, wholly or in that part. **Deviation** is done otherwise, for the reason
  given.

| | |
|---|---|
| shown by tests that fail without the control | {tests} |
| design | {design} |
| operations | {operations} |
| open, wholly | {wholly} |
| open in part (counted above) | {partly} |
| deviations (counted above) | {deviations} |

This page is made by `python -m tests.support.asvs` from `tests/architecture/asvs.toml` and the
tests; a test compares them.
"""
CHAPTERS = {
    1: "Encoding",
    2: "Validation and rules",
    3: "Browsers",
    4: "HTTP",
    5: "Files",
    6: "Signing in",
    7: "Sessions",
    8: "Who may do what",
    9: "Signed values",
    11: "Cryptography",
    12: "Lines",
    13: "Configuration",
    14: "Data",
    15: "Components and code",
    16: "Records and faults",
}


@dataclass(frozen=True)
class Control:
    """A requirement that applies: our words, and what stands for it where no test does."""

    id: str
    what: str
    design: str = ""
    operations: str = ""
    open: str = ""
    deviation: str = ""
    at: tuple[str, ...] = ()
    tests: tuple[str, ...] = field(default=(), compare=False)

    @property
    def kind(self) -> str:
        """What shows it, the strongest first: tests, design, operations, or nothing: open."""
        if self.tests:
            return "tests"
        return "design" if self.design else "operations" if self.operations else "open"


@cache
def marked() -> dict[str, tuple[str, ...]]:
    """The tests that bear each number, as ``path::name``."""
    found: dict[str, list[str]] = {}
    for path in python_files():
        if short(path).startswith("tests/") and path.name.startswith("test_"):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    for number in _numbers(node):
                        found.setdefault(number, []).append(f"{short(path)}::{node.name}")
    return {number: tuple(sorted(tests)) for number, tests in found.items()}


def _numbers(node: ast.FunctionDef) -> Iterator[str]:
    for one in node.decorator_list:
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "pytest.mark.asvs":
            yield from (ast.literal_eval(argument) for argument in one.args)


@cache
def controls() -> tuple[Control, ...]:
    """Every requirement that applies, with the tests that bear its number."""
    listed = tomllib.loads(LISTED.read_text("utf-8"))
    return tuple(
        Control(number, **{**row, "at": tuple(row.get("at", ()))}, tests=marked().get(number, ()))
        for number, row in listed.items()
    )


@cache
def tried() -> Mapping[str, frozenset[str]]:
    """The tests that must notice when the control of a number is taken out, by the number."""
    found: dict[str, set[str]] = {}
    for entry in entries():
        for number in entry.asvs:
            found.setdefault(number, set()).update({*entry.first} & {*marked().get(number, ())})
    return {number: frozenset(tests) for number, tests in found.items()}


def _shown(control: Control) -> str:
    parts = []
    if control.tests:
        watching = tried().get(control.id, frozenset())
        names = (
            f"`{test.removeprefix('tests/')}`{' ✓' if test in watching else ''}"
            for test in control.tests
        )
        parts.append("<br>".join(names))
    places = ", ".join(f"`{place}`" for place in control.at)
    for kind in ("design", "operations"):
        if said := getattr(control, kind):
            parts.append(f"{kind}: {said}" + (f" ({places})" if places else ""))
            places = ""
    if control.open:
        parts.append(f"**open:** {control.open}" + (f" ({places})" if places else ""))
        places = ""
    if control.deviation:
        parts.append(f"**deviation:** {control.deviation}" + (f" ({places})" if places else ""))
    return "<br>".join(parts)


def as_markdown() -> str:
    """The guide."""
    rows = controls()
    kinds = [row.kind for row in rows]
    text = HEAD.format(
        all=len(rows),
        tests=kinds.count("tests"),
        design=kinds.count("design"),
        operations=kinds.count("operations"),
        wholly=kinds.count("open"),
        partly=sum(bool(row.open) and row.kind != "open" for row in rows),
        deviations=sum(bool(row.deviation) for row in rows),
    )
    for chapter, name in CHAPTERS.items():
        text += f"\n## V{chapter} {name}\n| | what | shown by |\n|---|---|---|\n"
        text += "".join(
            f"| {row.id} | {row.what} | {_shown(row)} |\n"
            for row in rows
            if row.id.startswith(f"{chapter}.")
        )
    return text


if __name__ == "__main__":
    GUIDE.write_text(as_markdown(), "utf-8")
