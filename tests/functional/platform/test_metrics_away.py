"""What the metrics tell where the database or their port is away."""

import pytest
from prometheus_client import generate_latest

from portal.domain.foundation.errors import InputError
from portal.platform.database import Database, make_engine
from portal.platform.metrics.exporter import make_registry, serve
from portal.settings import Settings
from tests.functional.platform.test_metrics import deployment, value
from tests.support.programs.servers import free_port
from tests.support.sample_ward import sample_program

__all__ = ["deployment"]


def test_without_a_database_the_rest_is_told(deployment: Settings) -> None:
    away = Database(make_engine("sqlite:////nowhere/portal.sqlite3"))
    registry = make_registry(deployment, away, "1.2.3", sample_program().calls)
    text = generate_latest(registry).decode()
    assert value(text, "portal_database_up") == 0
    assert value(text, "portal_disk_free_bytes", folder="data") > 0  # type: ignore[operator]


def test_a_taken_port_is_said_in_one_sentence(deployment: Settings) -> None:
    port = free_port()
    own = Database(make_engine(deployment.database_url))
    registry = make_registry(deployment, own, "1.2.3", sample_program().calls)
    exporter = serve(registry, "127.0.0.1", port)
    with pytest.raises(InputError, match="PORTAL_METRICS"):
        serve(registry, "127.0.0.1", port)
    exporter.stop()
    own.engine.dispose()
