"""The shipped configurations of nginx and HAProxy load, and do what the guide says of proxies."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from portal.platform.http import unseen
from portal.platform.http.uploads import MAX_UPLOAD_BODY
from portal.platform.routes import MAX_BODY
from portal.platform.senders import REPORTS_PATH
from tests.support.programs.debian import prepare_machine
from tests.support.programs.servers import PATIENCE, ROOT, Server, free_port

PROXY = ROOT / ".github" / "proxy"
RESIDENTS, STAFF, OFFICE = "coupon.example.jp", "staff.example.jp", "192.0.2.0/24"


@dataclass
class Proxy(Server):
    """One of the two, with its port of plain HTTP."""

    plain: int = 0


class Echo(BaseHTTPRequestHandler):
    """A node that answers with what reached it; the place ``/away`` is never ready."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer with place, headers and length of the body."""
        size = len(self.rfile.read(int(self.headers.get("content-length") or 0)))
        told = {"path": self.path, "size": size}
        body = json.dumps(told | {name.lower(): value for name, value in self.headers.items()})
        self.seen.append(f"{self.command} {self.path}")
        self.send_response(503 if self.path == "/away" else 200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self) -> None:
        """Answer a form like a question."""
        self.do_GET()

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


def adapted(name: str, folder: Path, certificate: Path, ports: dict[str, int], office: str) -> Path:
    """The shipped file with the places of a test: nothing else is changed."""
    text = (PROXY / name).read_text("utf-8").replace(OFFICE, office)
    text = re.sub(r"10\.0\.0\.1[12]:800[01]", f"127.0.0.1:{ports['node']}", text)
    for old, new in (
        ("/etc/portal/tls", str(certificate)),
        ("/var/log/nginx", str(folder)),
        ("/run/nginx.pid", str(folder / "pid")),
        ("listen 80 ", f"listen 127.0.0.1:{ports['http']} "),
        ("listen 443 ", f"listen 127.0.0.1:{ports['https']} "),
        ("bind :80\n", f"bind 127.0.0.1:{ports['http']}\n"),
        ("bind :443 ", f"bind 127.0.0.1:{ports['https']} "),
        ("    log /dev/log local0\n", "    log stdout format raw local0\n"),
    ):
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


COMMANDS = {
    "nginx.conf": (["nginx", "-e", "stderr", "-t", "-c"], ["nginx", "-e", "stderr", "-g"]),
    "haproxy.cfg": (["haproxy", "-c", "-f"], ["haproxy", "-db", "-f"]),
}


StartProxy = Callable[..., Proxy]


@pytest.fixture(scope="module")
def start_proxy(
    node: int, certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartProxy]:
    """Start one of the two, with the network from which staff may come."""
    prepare_machine(("nginx", "HAProxy"))
    started: list[Proxy] = []

    def start(name: str, office: str = OFFICE) -> Proxy:
        folder = tmp_path_factory.mktemp("proxy")
        folder.chmod(0o755)
        ports = {"node": node, "http": free_port(), "https": free_port()}
        path = adapted(name, folder, certificate, ports, office)
        started.append(serving(name, path, ports))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def serving(name: str, path: Path, ports: dict[str, int]) -> Proxy:
    check, start = COMMANDS[name]
    program = shutil.which(check[0], path="/usr/sbin:/usr/bin") or check[0]
    checked = subprocess.run([program, *check[1:], path], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
    more = ["daemon off;", "-c", str(path)] if name == "nginx.conf" else [str(path)]
    log = path.with_name("log")
    with log.open("wb") as out:
        process = subprocess.Popen([program, *start[1:], *more], stdout=out, stderr=out)
    server = Proxy(process, log, ports["https"], ports["http"])
    server.wait()
    return server


@pytest.fixture(scope="module", params=sorted(COMMANDS))
def proxy(request: pytest.FixtureRequest, start_proxy: StartProxy) -> Proxy:
    return start_proxy(request.param)


@pytest.fixture(params=sorted(COMMANDS))
def proxy_of_the_office(request: pytest.FixtureRequest, start_proxy: StartProxy) -> Proxy:
    """One that lets this machine to the staff site."""
    return start_proxy(request.param, "127.0.0.0/8")


def ask(proxy: Proxy, host: str, place: str = "/", **headers: str) -> httpx.Response:
    with httpx.Client(verify=False) as client:
        return client.get(
            f"https://127.0.0.1:{proxy.port}{place}",
            headers={"host": host, **headers},
            extensions={"sni_hostname": host},
        )


@pytest.mark.asvs("4.1.3")
def test_a_visitor_cannot_write_his_own_address_or_number(proxy: Proxy) -> None:
    written = {"x-forwarded-for": "192.0.2.1, 192.0.2.9", "x-request-id": "00000000-mine"}
    answer = ask(proxy, RESIDENTS, "/signin", **written)
    assert answer.status_code == 200
    got = answer.json()
    assert (got["path"], got["host"]) == ("/signin", RESIDENTS)
    assert got["x-forwarded-for"] == "127.0.0.1"
    assert "x-request-id" not in got


def test_the_staff_site_is_closed_to_other_networks(proxy: Proxy) -> None:
    assert ask(proxy, STAFF).status_code == 403


@pytest.mark.asvs("13.4.5")
def test_what_is_for_machines_stays_inside(proxy: Proxy) -> None:
    assert [ask(proxy, RESIDENTS, place).status_code for place in ("/readyz", "/metrics")] == [
        *(404, 404)
    ]


def test_no_other_name_is_answered(proxy: Proxy) -> None:
    with pytest.raises(httpx.HTTPError):
        ask(proxy, "other.example.com").raise_for_status()


def test_a_form_is_never_sent_to_a_second_node(proxy: Proxy) -> None:
    Echo.seen.clear()
    with httpx.Client(verify=False) as client:
        answer = client.post(
            f"https://127.0.0.1:{proxy.port}/away",
            data={"form_key": "1"},
            headers={"host": RESIDENTS},
            extensions={"sni_hostname": RESIDENTS},
        )
    assert answer.status_code == 503
    assert [one for one in Echo.seen if one != "GET /readyz"] == ["POST /away"]


def announce(proxy: Proxy, host: str, size: int, body: bytes = b"") -> tuple[int, bytes]:
    """The answer to a body of this size, of which only ``body`` is sent."""
    context = ssl._create_unverified_context()
    with closing(HTTPConnection(host)) as connection:
        plain = socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE)
        connection.sock = context.wrap_socket(plain, server_hostname=host)
        connection.putrequest("POST", "/upload")
        connection.putheader("Content-Length", str(size))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_what_a_family_sends_is_small(proxy: Proxy) -> None:
    status, told = announce(proxy, RESIDENTS, MAX_BODY, bytes(MAX_BODY))
    assert (status, json.loads(told)["size"]) == (200, MAX_BODY)
    assert announce(proxy, RESIDENTS, 2**20 + 1)[0] == 413


def test_what_the_staff_site_takes_passes_and_more_does_not(proxy_of_the_office: Proxy) -> None:
    status, told = announce(proxy_of_the_office, STAFF, MAX_UPLOAD_BODY, bytes(MAX_UPLOAD_BODY))
    assert (status, json.loads(told)["size"]) == (200, MAX_UPLOAD_BODY)
    assert announce(proxy_of_the_office, STAFF, 2**26 + 1)[0] == 413


def in_clear(proxy: Proxy, method: str, place: str) -> httpx.Response:
    """The answer on the port of plain HTTP."""
    with httpx.Client() as client:
        return client.request(
            method, f"http://127.0.0.1:{proxy.plain}{place}", headers={"host": RESIDENTS}
        )


@pytest.mark.asvs("4.1.2")
def test_in_clear_a_page_leads_to_tls_and_what_programs_send_is_refused(proxy: Proxy) -> None:
    led = in_clear(proxy, "GET", "/signin")
    assert (led.status_code, led.headers["location"]) == (301, f"https://{RESIDENTS}/signin")
    Echo.seen.clear()
    refused = [
        in_clear(proxy, method, place).status_code
        for method, place in (
            ("POST", "/signin/submit"),
            ("POST", REPORTS_PATH),
            ("GET", REPORTS_PATH),
            ("GET", "/healthz"),
            ("GET", "/readyz"),
            ("GET", "/metrics"),
        )
    ]
    assert refused == [403, 403, 403, 404, 404, 404]
    assert [one for one in Echo.seen if one != "GET /readyz"] == []


def agreed(proxy: Proxy, ciphers: str, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> str:
    """The cipher of a handshake of this version with these ciphers; empty where there is none."""
    context = ssl._create_unverified_context()
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=RESIDENTS) as line:
                return str((line.cipher() or ("",))[0])
        except (ssl.SSLError, ConnectionError):
            return ""


@pytest.mark.filterwarnings("ignore:.*TLSv1:DeprecationWarning")
@pytest.mark.asvs("12.1.1")
def test_versions_before_tls_1_2_are_refused(proxy: Proxy) -> None:
    assert agreed(proxy, "ALL")
    assert agreed(proxy, "ALL", ssl.TLSVersion.TLSv1_3)
    for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        assert not agreed(proxy, "ALL", old)


@pytest.mark.asvs("12.1.2")
def test_ciphers_have_forward_secrecy_and_the_proxy_takes_the_strongest(proxy: Proxy) -> None:
    good = [f"ECDHE-RSA-{one}" for one in ("AES128-GCM-SHA256", "AES256-GCM-SHA384")]
    assert agreed(proxy, ":".join(good)) == good[1], "the client would rather have the other"
    assert agreed(proxy, good[0]) == good[0]
    weak = ("AES256-GCM-SHA384", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA", "AES128-SHA")
    assert [cipher for cipher in weak if agreed(proxy, cipher)] == []


@pytest.mark.asvs("14.2.1")
def test_no_query_is_logged(proxy: Proxy) -> None:
    assert ask(proxy, RESIDENTS, "/signin?id=1234567897").status_code == 200
    assert "/signin" in logged(proxy, "/signin")
    assert "1234567897" not in logged(proxy, "/signin")


def logged(proxy: Proxy, place: str) -> str:
    """Everything that the proxy logged, once a line about this place has come."""
    end = time.monotonic() + PATIENCE
    while True:
        logs = [path for path in proxy.log.parent.iterdir() if path.suffix in {"", ".log"}]
        told = "\n".join(path.read_text("utf-8", "replace") for path in logs)
        if place in told or time.monotonic() > end:
            return told
        time.sleep(0.05)


def test_nothing_is_logged_of_the_page_for_people_in_danger(proxy: Proxy) -> None:
    for place in (unseen.PAGE, f"{unseen.FOLDER}ja", f"{unseen.FOLDER}zh-Hans?from=help"):
        assert ask(proxy, RESIDENTS, place).status_code == 200
        assert in_clear(proxy, "GET", place).status_code == 301
    assert ask(proxy, RESIDENTS, "/information-of-others").status_code == 200
    told = logged(proxy, "/information-of-others")
    assert "/information-of-others" in told
    assert not re.search(rf"{unseen.PAGE}(/| |\?)", told)
