"""What Prometheus reads: counts of all processes, gauges of one collector, nothing personal."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from portal.domain.foundation.clock import FixedClock
from portal.domain.people.authn.passwords import HashPool
from portal.domain.people.notices import services
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.services import Outgoing
from portal.platform.application import make_application
from portal.platform.database import Database, make_engine
from portal.platform.metrics.exporter import make_registry, serve
from portal.platform.metrics.meter import CountingMeter
from portal.platform.metrics.process_files import ProcessFiles
from portal.settings import Settings
from portal.web import routes
from tests.functional.resident.test_privacy import journey
from tests.support.canaries import CANARIES
from tests.support.coupons import VAULT
from tests.support.resident import NOON, Resident
from tests.support.sample_ward import sample_program
from tests.support.sources import ROOT
from tests.support.staff import StaffSite
from tests.support.work import work_in

MONITORING = ROOT / ".github" / "monitoring"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """Values by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def names(text: str) -> set[str]:
    """Names of what is served; of a family without a value its own."""
    families = list(text_string_to_metric_families(text))
    return {family.name for family in families if not family.samples} | {
        sample.name for family in families for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float | None:
    return samples(text).get((name, tuple(sorted(labels.items()))))


@pytest.fixture
def counted(resident: Resident) -> tuple[Resident, CollectorRegistry]:
    """The resident site, counting into a registry of its own."""
    registry = CollectorRegistry()
    meter = CountingMeter("resident", registry)
    meter.watch(resident.database.engine)
    hashes = HashPool(VAULT, watch=meter)
    site = replace(resident.site, meter=meter, hashes=hashes)
    return replace(
        resident, site=site, app=make_application(site, routes.handlers(site.settings))
    ), registry


@pytest.mark.asvs("16.2.5")
def test_requests_are_counted_by_route_and_labels_name_nobody(
    counted: tuple[Resident, CollectorRegistry],
) -> None:
    resident, registry = counted
    visitor, secrets = journey(resident)
    strange = resident.loop.run(visitor.http.request("瑠璃子".encode().hex(), "/signin"))
    assert strange.status_code == 405
    text = generate_latest(registry).decode()
    route = {"method": "POST", "route": "/start/birth/submit", "site": "resident"}
    assert value(text, "portal_requests_total", status="3xx", **route) == 1
    assert value(text, "portal_requests_total", status="4xx", **route) == 1
    assert value(text, "portal_request_seconds_count", **route) == 2
    assert value(text, "portal_hash_wait_seconds_count", site="resident") > 0  # type: ignore[operator]
    assert value(text, "portal_thread_wait_seconds_count", site="resident") > 10  # type: ignore[operator]
    assert value(text, "portal_database_connections", site="resident") == 0
    assert "/coupon/{" in text, "a template, not the path"
    for word in (*CANARIES, *secrets, "203.0.113", "瑠璃子".encode().hex(), "/coupon/1/"):
        assert word not in text, word


@pytest.mark.asvs("13.4.5")
def test_nothing_is_served_on_the_sites(sqlite_resident: Resident, sqlite_staff: StaffSite) -> None:
    assert sqlite_resident.visitor().get("/metrics").status_code == 404
    assert sqlite_staff.visitor().get("/metrics").status_code == 404


COUNTING = """
import sys, os, time
from pathlib import Path
from portal.platform.metrics.process_files import count_in
count_in(Path(sys.argv[1]))
from portal.platform.metrics.meter import CountingMeter
meter = CountingMeter("resident")
for _ in range(int(sys.argv[2])):
    meter.answered("GET", "/help", 200, 0.02)
    meter.waited_for_thread(0.001)
    meter.waited(0.02)
meter.database_failed("busy")
meter.searchable(time.time())
print("go", flush=True)
sys.stdin.read()
"""


def counting(folder: Path, times: int) -> subprocess.Popen[str]:
    """A process that has counted so many requests and lives on."""
    started = subprocess.Popen(
        [sys.executable, "-c", COUNTING, str(folder), str(times)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "go\n"
    return started


def scraped(folder: Path) -> str:
    registry = CollectorRegistry()
    registry.register(ProcessFiles(folder))
    return generate_latest(registry).decode()


def test_processes_are_added_up_and_the_dead_leave_only_their_counts(tmp_path: Path) -> None:
    labels = {"site": "resident", "method": "GET", "route": "/help"}

    def seen() -> tuple[float | None, float | None, float | None]:
        text = scraped(tmp_path)
        return (
            value(text, "portal_requests_total", status="2xx", **labels),
            value(text, "portal_request_seconds_count", **labels),
            value(text, "portal_processes", site="resident"),
        )

    first, second = counting(tmp_path, 3), counting(tmp_path, 4)
    try:
        assert seen() == (7, 7, 2)
        first.kill()
        first.communicate()
        assert seen() == (7, 7, 1)
        assert seen() == (7, 7, 1), "added once"
        third = counting(tmp_path, 5)
        assert seen() == (12, 12, 2)
        for one in (second, third):
            one.communicate()
        assert seen() == (12, 12, None)
        assert {path.name for path in tmp_path.iterdir()} == {
            "counter_ended.db",
            "histogram_ended.db",
        }, "files of the dead do not pile up"
    finally:
        for one in (first, second):
            one.kill()
            one.communicate()


def test_a_cut_off_file_of_a_dead_process_is_left_out(tmp_path: Path) -> None:
    one = counting(tmp_path, 3)
    one.kill()
    one.communicate()
    for path in tmp_path.glob("counter_*.db"):
        path.write_bytes(path.read_bytes()[:40])
    text = scraped(tmp_path)
    assert "portal_requests_total" not in text
    assert "portal_request_seconds_count" in text


@pytest.fixture
def deployment(resident_settings: Settings, database: Database, tmp_path: Path) -> Settings:
    address = database.engine.url.render_as_string(hide_password=False)
    return replace(
        resident_settings,
        data_dir=tmp_path,
        metrics_dir=tmp_path / "metrics",
        database_url=address,
    )


@pytest.fixture
def scrape(deployment: Settings) -> Iterator[str]:
    """Address of a real exporter beside a process that has counted."""
    own = Database(make_engine(deployment.database_url))
    registry = make_registry(deployment, own, "1.2.3", sample_program().calls)
    exporter = serve(registry, "127.0.0.1", 0)
    process = counting(deployment.metrics_dir, 1)
    yield f"http://127.0.0.1:{exporter.port}/metrics"
    process.communicate()
    exporter.stop()
    own.engine.dispose()


def read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


def test_the_outbox_is_told_by_kind(scrape: str, database: Database) -> None:
    assert value(read(scrape), "portal_outbox_messages", kind="sms") == 0
    with database.write() as session:
        real_now = FixedClock(NOON)
        work = work_in(session, now=real_now.now(session))
        out = Outgoing(
            "sms",
            "code",
            "+819012345678",
            Message(None, "x"),
            "k",
            None,
            NOON + timedelta(days=9999),
        )
        services.enqueue(work, out)
    text = read(scrape)
    assert value(text, "portal_outbox_messages", kind="sms") == 1
    assert value(text, "portal_outbox_messages", kind="email") == 0
    assert value(text, "portal_outbox_late_seconds", kind="sms") > 300  # type: ignore[operator]
    assert value(text, "portal_outbox_oldest_seconds", kind="sms") > 300  # type: ignore[operator]
    assert value(text, "portal_database_up") == 1
    assert value(text, "portal_build_info", version="1.2.3") == 1
    assert value(text, "portal_disk_free_bytes", folder="data") > 0  # type: ignore[operator]
    assert abs(value(text, "portal_clock_difference_seconds") or 99) < 5
    assert "+8190" not in text
