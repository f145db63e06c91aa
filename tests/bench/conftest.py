"""The ground of the bench, once for each database."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.settings import Settings
from tests.bench.ground import Ground, ground_on
from tests.support.faults.cluster import reachable


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def ground(request: pytest.FixtureRequest, resident_settings: Settings) -> Iterator[Ground]:
    # not where the tests keep their files, which may be memory: a commit waits for a disk here
    with (
        tempfile.TemporaryDirectory(prefix="portal-bench-", dir="/var/tmp") as folder,
        ground_on(request.param, resident_settings, reachable(Path(folder))) as made,
    ):
        yield made
