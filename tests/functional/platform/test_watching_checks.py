"""The self-check says whether metrics are served, to whom, and when a certificate ends."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from prometheus_client import CollectorRegistry, generate_latest

from portal.domain.foundation.clock import FixedClock
from portal.platform.database import Database
from portal.platform.metrics.node_gauges import NodeGauges
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.subject import Subject
from portal.platform.selfcheck.watching import check_certificates, check_metrics
from portal.settings import Settings
from tests.functional.platform.test_metrics import value
from tests.support.certificates import certificate, private_key

END = datetime(2031, 5, 1, tzinfo=UTC)


def write_certificate(folder: Path) -> Path:
    """A certificate that ends at END, with its key in the same file."""
    key = generate_private_key(SECP256R1())
    made = certificate("coupon.example.jp", key, END - timedelta(days=90), END)
    path = folder / "site.pem"
    path.write_bytes(made + private_key(key))
    return path


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[str]:
    """Address of something that speaks TLS with that certificate."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def subject(settings: Settings, database: Database, days: float = 30) -> Subject:
    clock = FixedClock(END - timedelta(days=days))
    return Subject(settings, database=database, clock=clock)


@pytest.mark.parametrize(
    ("address", "level"),
    [
        (("127.0.0.1", 9464), Level.OK),
        (("::1", 9464), Level.OK),
        (("0.0.0.0", 9464), Level.WARNING),
    ],
)
def test_metrics_for_others_are_a_warning(
    resident_settings: Settings,
    sqlite_database: Database,
    address: tuple[str, int],
    level: Level,
) -> None:
    watched = subject(replace(resident_settings, metrics=address), sqlite_database)
    assert [finding.level for finding in check_metrics(watched)] == [level]


def test_in_production_somebody_should_watch(
    resident_settings: Settings, sqlite_database: Database
) -> None:
    live = replace(resident_settings, environment="production")
    (found,) = check_metrics(subject(live, sqlite_database))
    assert (found.level, found.name) == (Level.WARNING, "metrics.off")
    assert list(check_metrics(subject(resident_settings, sqlite_database))) == []


@pytest.mark.parametrize(
    ("days", "level"), [(22, Level.OK), (20, Level.WARNING), (-1, Level.ERROR)]
)
@pytest.mark.asvs("12.2.2")
def test_the_end_of_a_certificate_is_read_from_its_site(
    resident_settings: Settings, sqlite_database: Database, proxy: str, days: int, level: Level
) -> None:
    settings = replace(resident_settings, public_url=proxy)
    (found,) = check_certificates(subject(settings, sqlite_database, days))
    assert found.level is level
    assert f"{days}日" in found.sentence


def test_the_end_may_be_read_from_a_file_and_is_told_to_prometheus(
    resident_settings: Settings, tmp_path: Path
) -> None:
    site = replace(
        resident_settings,
        public_url="https://coupon.example.jp",
        tls_certificate=write_certificate(tmp_path),
    )
    registry = CollectorRegistry()
    registry.register(NodeGauges(site, "1.2.3"))
    text = generate_latest(registry).decode()
    ends = value(text, "portal_certificate_expires_timestamp_seconds", site="resident")
    assert ends == END.timestamp()
    assert value(text, "portal_certificate_unreadable", site="resident") == 0


def test_a_site_that_does_not_answer_is_told(
    resident_settings: Settings, sqlite_database: Database, tmp_path: Path
) -> None:
    away = replace(resident_settings, public_url="https://127.0.0.1:9")
    (found,) = check_certificates(subject(away, sqlite_database))
    assert (found.level, found.name) == (Level.WARNING, "certificate.resident.unread")
    registry = CollectorRegistry()
    registry.register(NodeGauges(away, "1.2.3"))
    text = generate_latest(registry).decode()
    assert value(text, "portal_certificate_unreadable", site="resident") == 1
