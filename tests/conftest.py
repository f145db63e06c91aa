"""What every test has: databases, a browser, stand-ins for mail and SMS.

And the rule that CI skips nothing.
"""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = (
    "tests.support.programs.machine",  # first: it builds what others read
    "tests.support.programs.servers",
    "tests.support.browser",
    "tests.support.canaries",
    "tests.support.databases.fixtures",
    "tests.support.databases.turns",
    "tests.support.fields.watching",
    "tests.support.programs.mail",
    "tests.support.sites",
    "tests.support.programs.sms",
)

gc.disable()  # what is collected stays; looking through it again and again took a fifth of the time

# A machine that does other work besides is no failure of ours.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full-matrix",
        action="store_true",
        help="every screen in every language, width and color scheme, every test on both databases",
    )
    parser.addoption("--all", action="store_true", help="faults that take long, too")
    parser.addoption(
        "--pictures", type=Path, help="keep a picture of each resident screen in this folder"
    )
    parser.addoption(
        "--write-spoken",
        action="store_true",
        help="write anew what a screen reader gets of the main screens, to be read by a person",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long or wants further programs, unless all was asked for."""
    if config.getoption("--all"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays anyway: the modules and the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # what is made in between is mostly gone before its turn


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Collect garbage again, also in the process that only hands out the tests."""
    gc.enable()


@pytest.fixture(scope="session")
def full_matrix(request: pytest.FixtureRequest) -> bool:
    """Whether to run every combination (`--full-matrix`) or a rotation of them."""
    return bool(request.config.getoption("--full-matrix"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail skipped tests in CI: nobody would notice that something is no longer checked."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but nothing may be skipped in CI: {report.longrepr}"
    return report
