"""Files are where they belong, small, named for what they do and tied to no machine."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.programs.environment import BUILDING, RUNTIME, SMS_LIBRARIES, TESTS
from tests.support.programs.locks import names_in
from tests.support.sources import ROOT, python_files, short, text_files, top_level

ALLOWED_AT_THE_TOP = {
    ".ci",
    ".docker",
    ".github",
    ".gitignore",
    "LICENSE",
    "README.md",
    "admin",
    "compose.yaml",
    "locales",
    "portal",
    "pyproject.toml",
    "requirements.lock",
    "run",
    "static",
    "templates",
    "tests",
}
SAYS_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "misc",
    "stuff",
}


def test_the_top_level_holds_only_what_the_readme_explains() -> None:
    assert top_level() - ALLOWED_AT_THE_TOP == set()


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    silent = []
    for path in python_files():
        source = path.read_text("utf-8")
        # The names of tests say what they are for; an empty __init__ only makes a folder a package.
        if source.strip() and not path.name.startswith("test_"):
            first = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
            if len(first) < 15:
                silent.append(short(path))
    assert silent == []


def test_names_say_something() -> None:
    vague = [
        short(path) for path in python_files() if SAYS_NOTHING & {*path.with_suffix("").parts[-2:]}
    ]
    assert vague == []


def test_a_silenced_rule_gives_its_reason() -> None:
    silenced = re.compile(r"#\s*noqa:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*(?P<reason>.*)")
    bare = []
    for path in python_files():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found = silenced.search(line)
            if found and len(found["reason"].strip(" -()")) < 8:
                bare.append(f"{short(path)}:{number}")
    assert bare == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a folder of somebody's machine", r"(?<![\w.~$}/-])/(?:home|root|tmp|work)/\w"),
        ("the host of a package registry", r"\b(?:pypi|pythonhosted|npmjs)\.(?:org|com)\b"),
    ],
)
def test_nothing_is_tied_to_one_place(what: str, pattern: str) -> None:
    named = [short(path) for path in text_files() if re.search(pattern, path.read_text("utf-8"))]
    assert named == [], f"names {what}"


@pytest.mark.parametrize("lock", [RUNTIME, *SMS_LIBRARIES.values(), BUILDING, TESTS], ids=short)
@pytest.mark.asvs("15.1.2")
def test_a_lock_holds_hashes_and_no_host(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not {"django", "asgiref", "sqlparse"} & names_in(lock), (
        "django-htmx is installed for one file, without Django"
    )
    hashed = re.findall(r"^\S+==\S+.*\\\n\s+--hash=sha256:", text, re.MULTILINE)
    assert len(hashed) == len(names_in(lock)) > 5


def test_what_runs_builds_and_tests_is_locked_apart() -> None:
    tools = {"pytest", "mypy", "ruff", "playwright", "hypothesis", "uv", "zxing-cpp"}
    assert tools <= names_in(TESTS)
    assert not (tools | {"hatchling", "django-htmx"}) & names_in(RUNTIME)
    assert not names_in(TESTS) & (names_in(RUNTIME) | names_in(BUILDING))


@pytest.mark.parametrize("name", SMS_LIBRARIES)
def test_a_library_of_sms_is_locked_beside_what_runs_as_it_is_tested(name: str) -> None:
    lock = SMS_LIBRARIES[name]
    assert {"aws": "boto3", "twilio": "twilio"}[name] in names_in(lock)
    assert not names_in(lock) & names_in(RUNTIME)
    elsewhere = versions(BUILDING) | versions(TESTS)
    assert versions(lock).items() <= elsewhere.items()


def versions(lock: Path) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)", lock.read_text("utf-8"), re.MULTILINE)
    return dict(found)


@pytest.mark.asvs("15.1.2")
def test_the_locks_hold_every_package_that_pyproject_names() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = known["project"].get("optional-dependencies", {}).values()
    named = [*known["project"]["dependencies"], *(one for extra in extras for one in extra)]
    named += [one for group in known["dependency-groups"].values() for one in group]
    wanted = {re.split(r"[\[<>=! ;]", one)[0].lower() for one in named}
    assert wanted - names_in(RUNTIME) - names_in(BUILDING) - names_in(TESTS) == set()
