"""Fixtures of the laboratory, its chance, and which of its tests run in CI.

What is killed here may be a ward's own installation.
"""

import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.settings import Settings
from tests.support.faults.cluster import PostgresServer, reachable, running
from tests.support.faults.lab import Laboratory
from tests.support.faults.post import Post
from tests.support.faults.record import Note, Recorder
from tests.support.mailroom.ward import ward
from tests.support.programs.servers import StartServer
from tests.support.programs.sms import SmsGateway

__all__ = ["ward"]
FOLDER = "tests/faults"
SEED = int(os.environ.setdefault("PORTAL_TEST_SEED", str(secrets.randbelow(10**6))))
"""Handed on to the processes that share the tests."""


def pytest_report_header() -> str:
    return f"chance: PORTAL_TEST_SEED={SEED} kills at the same moments again"


def pytest_configure(config: pytest.Config) -> None:
    """Keep a run of everything: `./run faults --all`, not one of its tests alone."""
    whole = config.args == [FOLDER] and not config.option.keyword and not config.option.markexpr
    if config.getoption("--all") and whole and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(SEED))


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Keep figures of this test in the record of the run; a name ends with its unit."""

    def keep(**figures: float) -> None:
        rounded = [(name, round(value, 2)) for name, value in figures.items()]
        request.node.user_properties.append(("figures", rounded))
        print(", ".join(f"{name} {value:g}" for name, value in rounded))

    return keep


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """This test's chance: the same one for the same seed."""
    print(f"PORTAL_TEST_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test's own, which writes to the disk as in production."""
    folder = reachable(tmp_path_factory.mktemp("pg"))
    with running(PostgresServer(folder / "one")) as started:
        yield started


@pytest.fixture
def laboratory(
    server: PostgresServer, resident_settings: Settings, tmp_path: Path
) -> Iterator[Laboratory]:
    """Sites, families and an oracle around the server."""
    with Laboratory.around(server, resident_settings, tmp_path) as made:
        yield made


@pytest.fixture
def post(
    laboratory: Laboratory, sms_gateway: SmsGateway, start_server: StartServer
) -> Iterator[Post]:
    """Workers of the laboratory that tell its families by SMS what happened."""
    made = Post(laboratory.database, laboratory.url, laboratory.settings, sms_gateway, start_server)
    yield made
    made.stop()
