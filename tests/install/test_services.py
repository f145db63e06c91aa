"""compose.yaml's services start from nothing, by their own commands, mounts and order."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

import portal
from portal.building import htmx
from tests.support.install.containers import Project
from tests.support.install.network import inside
from tests.support.programs.servers import PATIENCE

RESIDENT = ("portal-1", "portal-2")
HOSTS = {8001: "coupon.example.jp", 8002: "coupon.example.jp", 8003: "staff.example.jp"}
FETCH = """
import json, sys, urllib.error, urllib.request
url, headers = sys.argv[1], json.loads(sys.argv[2])
try:
    answer = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30)
except urllib.error.HTTPError as error:
    answer = error
body = answer.read().decode("utf-8", "replace")
print(json.dumps([answer.status, dict(answer.headers), body]))
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def get(project: Project, port: int, path: str, client: str = "192.0.2.7") -> Answer:
    """Ask as the proxy on the machine does, for a client."""
    headers = {"Host": HOSTS[port], "X-Forwarded-For": client, "X-Forwarded-Proto": "https"}
    command = [sys.executable, "-c", FETCH, f"http://127.0.0.1:{port}{path}", json.dumps(headers)]
    told = subprocess.run(
        inside(project.network.outside, command),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return Answer(*json.loads(told.stdout))


@pytest.fixture(scope="module")
def started(project: Project) -> Project:
    """Everything as the first lines of compose.yaml say: ``keys``, ``init``, then ``up``."""
    project.run_once("keys")
    project.run_once("init")
    project.up()
    return project


def test_a_site_does_not_start_before_the_first_start(project: Project) -> None:
    with pytest.raises(RuntimeError, match="upgrade failed"):
        project.up()
    assert not set(project.running) & {*RESIDENT, "admin"}
    assert "portal init" in project.running.pop("upgrade").said


@pytest.mark.asvs("13.3.2")
def test_the_keys_are_made_once_for_the_user_of_the_image_alone(started: Project) -> None:
    keys = sorted((started.folder / "keys").glob("*.key"))
    assert len(keys) == 5
    assert {(path.stat().st_uid, oct(path.stat().st_mode)[-3:]) for path in keys} == {
        (10001, "600")
    }


def test_keys_are_never_made_again(started: Project) -> None:
    before = {path: path.read_bytes() for path in (started.folder / "keys").glob("*.key")}
    with pytest.raises(RuntimeError, match="keys failed"):
        started.run_once("keys")
    assert {path: path.read_bytes() for path in (started.folder / "keys").glob("*.key")} == before


@pytest.mark.parametrize("port", HOSTS)
def test_each_site_answers_with_its_page_and_version(started: Project, port: int) -> None:
    assert get(started, port, "/healthz").body == f"ok {portal.__version__}\n"
    assert get(started, port, "/readyz").status == 200
    page = get(started, port, "/signin")
    assert page.status == 200, page.body[:500]
    assert "<main" in page.body


@pytest.mark.parametrize("port", HOSTS)
def test_style_and_scripts_come_from_the_wheel(started: Project, port: int) -> None:
    page = get(started, port, "/signin").body
    names = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"', page)
    assert any(name.endswith(".css") for name in names)
    for name in names:
        answer = get(started, port, name)
        assert answer.status == 200
        assert answer.body


def test_prometheus_reads_of_all_services_in_one_place(started: Project) -> None:
    get(started, 8001, "/signin")
    get(started, 8003, "/signin")
    url = "http://127.0.0.1:9464/metrics"
    command = [sys.executable, "-c", FETCH, url, "{}"]
    told = subprocess.run(
        inside(started.network.outside, command), capture_output=True, text=True, check=True
    )
    status, _headers, text = json.loads(told.stdout)
    assert status == 200
    for site in ("resident", "staff"):
        assert re.search(rf'portal_requests_total{{[^}}]*site="{site}"', text), text[:2000]


def test_htmx_is_served(started: Project) -> None:
    program = (
        "from portal.platform.rendering.assets import Assets; print(Assets().url('htmx.min.js'))"
    )
    container = started.running["portal-1"]
    said = started.execute(container, ["python", "-c", program])
    assert said.returncode == 0, said.stderr
    served = get(started, 8001, said.stdout.strip())
    assert served.status == 200
    assert 'version:"2.' in served.body
    assert htmx.NAME.partition(".")[0] in said.stdout


@pytest.mark.parametrize("name", [*RESIDENT, "admin", "worker"])
def test_a_site_runs_as_nobody_special_on_a_read_only_disk(started: Project, name: str) -> None:
    container = started.running[name]
    status = started.execute(container, ["cat", "/proc/1/status"]).stdout
    assert re.search(r"^Uid:\s+10001\s", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
    for capabilities in ("CapPrm", "CapEff", "CapBnd"):
        assert re.search(rf"^{capabilities}:\s+0+$", status, re.MULTILINE)
    for place in ("/opt/portal", "/usr", "/run/portal-keys", "/run/portal", "/etc"):
        refused = started.execute(container, ["touch", f"{place}/written"])
        assert refused.returncode != 0
    assert started.execute(container, ["touch", "/var/lib/portal/written"]).returncode == 0


def test_what_runs_for_good_stays_within_its_memory(started: Project) -> None:
    for name in (*RESIDENT, "admin", "worker"):
        container = started.running[name]
        limit = container.service.described["mem_limit"]
        assert limit == "1g"
        assert container.memory() < 0.7 * (1 << 30)


@pytest.mark.asvs("13.2.2", "16.4.2")
def test_the_sites_can_neither_change_a_table_nor_rewrite_the_audit(started: Project) -> None:
    program = (
        "import sys; from sqlalchemy import text; from portal.settings import load_settings\n"
        "from portal.platform.database import make_engine\n"
        "with make_engine(load_settings().database_url).begin() as connection:\n"
        "    print(connection.execute(text(sys.argv[1])))"
    )
    container = started.running["portal-1"]
    for statement in (
        "CREATE TABLE mine (id int)",
        "DROP TABLE audit_event",
        "UPDATE audit_event SET action = 'other'",
        "DELETE FROM audit_event",
    ):
        refused = started.execute(container, ["python", "-c", program, statement])
        assert refused.returncode != 0
        assert "InsufficientPrivilege" in refused.stderr, refused.stderr
    read = started.execute(container, ["python", "-c", program, "SELECT 1 FROM audit_event"])
    assert read.returncode == 0, read.stderr


def test_the_office_gets_in_and_a_stranger_does_not(started: Project) -> None:
    assert get(started, 8003, "/signin", client="192.0.2.7").status == 200
    assert get(started, 8003, "/signin", client="198.51.100.200").status == 403


def test_a_backup_is_made_by_the_image_itself(started: Project) -> None:
    said = started.run_once("backup")
    (made,) = (started.folder / "backups").iterdir()
    assert made.read_bytes().startswith(b"age-encryption.org/v1"), said
    assert made.stat().st_uid == 10001


def test_it_starts_again_with_what_it_has(started: Project) -> None:
    started.stop()
    started.up()
    assert get(started, 8001, "/readyz").status == 200
