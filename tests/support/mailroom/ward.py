"""A ward's own installation for the command line.

Data directory, keys, database and the sample program.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.domain.foundation.vault import KEY_FILES
from portal.platform.database import Database, make_engine
from portal.platform.startup import initialize
from portal.settings import Settings, load_settings
from tests.support.coupons import VAULT
from tests.support.mailroom.letters import PUBLIC_URL


@dataclass
class Ward:
    """An installation: its folder, environment and opened database."""

    folder: Path
    environ: dict[str, str]
    settings: Settings
    database: Database


@pytest.fixture
def ward(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    folder = tmp_path / "data"
    keys = folder / "keys"
    keys.mkdir(parents=True)
    for name in KEY_FILES:
        (keys / f"{name}.key").write_text(getattr(VAULT, name).hex())
    values = {
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_PROGRAM": "sample",
        "PORTAL_LANG": "en",
        "PORTAL_WORKERS": "0",
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_PUBLIC_URL": PUBLIC_URL,
    }
    settings = load_settings(values)
    initialize(settings)
    engine = make_engine(settings.database_url)
    yield Ward(folder, os.environ | values, settings, Database(engine))
    engine.dispose()
