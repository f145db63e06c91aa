"""Plays the tests of pages that no walk comes to once more, and holds their answers to the table.

A plugin, for ``./run matrices`` alone (``--fields``): the files that ``unreached.toml`` names go
into its run, on SQLite; a test in which a page shows more than the table of fields grants fails,
and what nobody came to ends the run red. Without the option nothing is read, kept or added.
"""

from collections.abc import Generator
from typing import Any

import pytest

NAME = "fields"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fields",
        action="store_true",
        help="hold what tests of the staff's pages are answered against the table of fields",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the tests of pages into the run, each on one database: pages are alike on both."""
    if not config.getoption("--fields"):
        return
    from tests.support.fields.reach import unreached

    left_out = []
    for item in items:
        if _file_of(item) in unreached().files and not item.get_closest_marker("matrix"):
            item.add_marker("matrix")
            if _is_on_postgresql(item):
                left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _is_on_postgresql(item: pytest.Item) -> bool:
    found = getattr(item, "callspec", None)
    return bool(found and found.params.get("new_database") == "postgresql")


def _file_of(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath).as_posix()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Listen to the files of the register alone: a walk keeps what it was answered itself."""
    if item.config.getoption("--fields"):
        from tests.support.fields.listening import EARS
        from tests.support.fields.reach import unreached

        EARS.on = _file_of(item) in unreached().files


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Look at what the test was answered while its database is there; fail when all is put away."""
    try:
        faults = _faults(item) if item.config.getoption("--fields") else []
    finally:
        yield
    assert not faults, f"shown without standing in portal/domain/people/staff/fields.toml: {faults}"


def _faults(item: pytest.Item) -> list[str]:
    from tests.support.fields.listening import EARS
    from tests.support.fields.recording import RECORDED

    file = _file_of(item)
    RECORDED.played.files.add(file)
    waiting, EARS.waiting = EARS.waiting, []
    return sorted({fault for listening in waiting for fault in RECORDED.look(listening, file)})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what another process came to."""
    said = getattr(node, "workeroutput", {}).get(NAME)
    if said:
        from tests.support.fields.recording import RECORDED

        RECORDED.played.files.update(said["files"])
        RECORDED.played.reached.update((file, route) for file, route in said["reached"])
        RECORDED.played.shown.update((file, cell) for file, cell in said["shown"])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell what this process came to, or hold all of it against the table."""
    ended = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    if not (ended and session.config.getoption("--fields")):
        return
    from tests.support.fields.reach import FILE, left_out
    from tests.support.fields.recording import RECORDED

    played = RECORDED.played
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        reached, shown = [list(one) for one in played.reached], [list(one) for one in played.shown]
        output[NAME] = {"files": list(played.files), "reached": reached, "shown": shown}
        return
    found = left_out(played)
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if found and reporter is not None:
        reporter.write_line(f"\nNo test of a page came to what {FILE} promises:", red=True)
        for sentence in found:
            reporter.write_line(f"  {sentence}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
