"""The served resident site, for every test of this folder."""

from pathlib import Path

import pytest

from tests.browser.resident.served import named, served, untouched

__all__ = ["named", "pictures", "served", "untouched"]


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """The folder that keeps a picture of each screen (``--pictures``); None where none is kept."""
    found: Path | None = request.config.getoption("--pictures")
    return found
