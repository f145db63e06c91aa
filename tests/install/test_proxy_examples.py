"""The shipped configurations of nginx and HAProxy load, and do what the guide says of proxies."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.support.programs.debian import prepare_machine
from tests.support.programs.servers import ROOT, Server, free_port

PROXY = ROOT / ".github" / "proxy"
RESIDENTS, STAFF = "coupon.example.jp", "staff.example.jp"


class Echo(BaseHTTPRequestHandler):
    """A node that answers with what reached it."""

    def do_GET(self) -> None:
        """Answer with place and headers."""
        body = json.dumps({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def node() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    names = f"subjectAltName=DNS:{RESIDENTS},DNS:{STAFF}"
    made = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={RESIDENTS} -addext {names}"
    subprocess.run(
        ["openssl", *made.split(), "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    both = (folder / "fullchain.pem").read_text() + (folder / "privkey.pem").read_text()
    (folder / "portal.pem").write_text(both)
    return folder


def adapted(name: str, folder: Path, certificate: Path, ports: dict[str, int]) -> Path:
    """The shipped file with the places of a test: nothing else is changed."""
    text = (PROXY / name).read_text("utf-8")
    text = re.sub(r"10\.0\.0\.1[12]:800[01]", f"127.0.0.1:{ports['node']}", text)
    for old, new in (
        ("/etc/portal/tls", str(certificate)),
        ("/var/log/nginx", str(folder)),
        ("/run/nginx.pid", str(folder / "pid")),
        ("listen 80 ", f"listen 127.0.0.1:{ports['http']} "),
        ("listen 443 ", f"listen 127.0.0.1:{ports['https']} "),
        ("bind :80\n", f"bind 127.0.0.1:{ports['http']}\n"),
        ("bind :443 ", f"bind 127.0.0.1:{ports['https']} "),
        ("    log /dev/log local0\n", ""),
    ):
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


COMMANDS = {
    "nginx.conf": (["nginx", "-e", "stderr", "-t", "-c"], ["nginx", "-e", "stderr", "-g"]),
    "haproxy.cfg": (["haproxy", "-c", "-f"], ["haproxy", "-db", "-f"]),
}


@pytest.fixture(scope="module", params=sorted(COMMANDS))
def proxy(
    request: pytest.FixtureRequest,
    node: int,
    certificate: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    name: str = request.param
    prepare_machine(("nginx", "HAProxy"))
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    ports = {"node": node, "http": free_port(), "https": free_port()}
    path = adapted(name, folder, certificate, ports)
    check, start = COMMANDS[name]
    program = shutil.which(check[0], path="/usr/sbin:/usr/bin") or check[0]
    checked = subprocess.run([program, *check[1:], path], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
    more = ["daemon off;", "-c", str(path)] if name == "nginx.conf" else [str(path)]
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([program, *start[1:], *more], stdout=out, stderr=out)
    server = Server(process, log, ports["https"])
    server.wait()
    yield server
    server.stop()


def ask(proxy: Server, host: str, place: str = "/", **headers: str) -> httpx.Response:
    with httpx.Client(verify=False) as client:
        return client.get(
            f"https://127.0.0.1:{proxy.port}{place}",
            headers={"host": host, **headers},
            extensions={"sni_hostname": host},
        )


def test_a_visitor_cannot_write_his_own_address_or_number(proxy: Server) -> None:
    written = {"x-forwarded-for": "192.0.2.1, 192.0.2.9", "x-request-id": "00000000-mine"}
    answer = ask(proxy, RESIDENTS, "/signin", **written)
    assert answer.status_code == 200
    got = answer.json()
    assert (got["path"], got["host"]) == ("/signin", RESIDENTS)
    assert got["x-forwarded-for"] == "127.0.0.1"
    assert "x-request-id" not in got


def test_the_staff_site_is_closed_to_other_networks(proxy: Server) -> None:
    assert ask(proxy, STAFF).status_code == 403


def test_what_is_for_machines_stays_inside(proxy: Server) -> None:
    assert [ask(proxy, RESIDENTS, place).status_code for place in ("/readyz", "/metrics")] == [
        *(404, 404)
    ]


def test_no_other_name_is_answered(proxy: Server) -> None:
    with pytest.raises(httpx.HTTPError):
        ask(proxy, "other.example.com").raise_for_status()


def test_no_query_is_logged(proxy: Server) -> None:
    assert ask(proxy, RESIDENTS, "/signin?id=1234567897").status_code == 200
    logs = [path for path in proxy.log.parent.iterdir() if path.suffix in {"", ".log"}]
    assert not any("1234567897" in path.read_text("utf-8", "replace") for path in logs)
