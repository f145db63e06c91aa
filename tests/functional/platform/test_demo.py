"""``portal demo`` shows the same to whoever starts it, whatever the hour and the day."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from portal.app import make_resident_site
from portal.demo.stage import set_stage
from portal.domain.foundation.clock import JST, FixedClock, jst_date
from portal.domain.foundation.program.loader import load_program
from portal.platform.startup import initialize
from portal.settings import load_settings


@pytest.mark.parametrize(
    "started",
    [
        pytest.param(datetime(2026, 11, 27, 0, 5, tzinfo=JST), id="just after midnight"),
        pytest.param(datetime(2026, 11, 29, 12, 0, tzinfo=JST), id="on a Sunday"),
        pytest.param(datetime(2027, 1, 1, 23, 55, tzinfo=JST), id="at the end of a holiday"),
    ],
)
def test_the_demo_can_be_started_at_any_hour(tmp_path: Path, started: datetime) -> None:
    settings = load_settings(
        {
            "PORTAL_PROGRAM": "demo",
            "PORTAL_ENVIRONMENT": "demo",
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_KEY_DIR": str(tmp_path / "keys"),
            "PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
            "PORTAL_PUBLIC_URL": "http://127.0.0.1:8000",
            "PORTAL_ADMIN_URL": "http://127.0.0.1:8001",
        }
    )
    initialize(settings)
    site = make_resident_site(settings, clock=FixedClock(started))
    site = replace(site, program=load_program("demo", jst_date(started)))
    try:
        stage = set_stage(site, tmp_path, lambda _line: None)
    finally:
        site.database.engine.dispose()
    assert stage.letters > 80
    assert len(stage.staff) == 4
    assert stage.letter.path.exists()
