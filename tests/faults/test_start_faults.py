"""Servers that start twice, are killed, or are held up; three demos on one machine."""

import contextlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from portal.platform.http.entrance import BODY_SECONDS
from tests.support.programs.servers import PATIENCE, ROOT, clean_environment, free_port

HOST = "127.0.0.1"
NAME = "coupon.example.jp"
SLOW_CLIENTS = 300


@dataclass
class Deployment:
    """A deployment for families on SQLite, behind a proxy on this machine."""

    folder: Path
    port: int

    def environment(self) -> dict[str, str]:
        return clean_environment(
            PORTAL_PROGRAM="sample",
            PORTAL_DATA_DIR=str(self.folder / "data"),
            PORTAL_PUBLIC_URL=f"https://{NAME}",
            PORTAL_ADMIN_URL="https://staff.example.jp",
            PORTAL_TRUSTED_PROXIES="127.0.0.1",
            PORTAL_ALLOWED_HOSTS="127.0.0.1",
            PORTAL_LANG="ja",
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portal", *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @contextlib.contextmanager
    def served(self) -> Iterator[subprocess.Popen[bytes]]:
        """Serve the resident site while the block runs."""
        with (self.folder / "log").open("ab") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "portal", "serve", "resident", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        try:
            self.wait(server)
            yield server
        finally:
            server.terminate()
            server.wait(PATIENCE)

    def wait(self, server: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and server.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if self.get("/healthz").status_code == 200:
                    return
            time.sleep(0.1)
        pytest.fail((self.folder / "log").read_text("utf-8", "replace")[-3000:])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://{HOST}:{self.port}{path}", timeout=30)

    def say(self, request: bytes) -> bytes:
        """Send bytes as they are, and return what comes until the server closes."""
        with socket.create_connection((HOST, self.port), timeout=PATIENCE) as line:
            line.sendall(request)
            came = b""
            while part := line.recv(65_536):
                came += part
        return came


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    made = Deployment(tmp_path, free_port())
    done = made.run("init")
    assert done.returncode == 0, done.stderr
    return made


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return False


def test_a_second_server_on_the_port_is_refused_and_the_first_goes_on(
    deployment: Deployment,
) -> None:
    with deployment.served():
        done = deployment.run("serve", "staff", "--port", str(deployment.port))
        assert done.returncode == 1
        refusal = done.stderr.strip().splitlines()[-1]  # doubts about the program come before
        assert str(deployment.port) in refusal
        assert "--port" in refusal
        assert "Traceback" not in done.stderr
        assert all(deployment.get("/healthz").status_code == 200 for _ in range(20))


def test_the_workers_of_a_killed_server_end_and_the_next_one_gets_the_port(
    deployment: Deployment,
) -> None:
    with deployment.served() as server:
        workers = children(server.pid)
        assert workers
        server.send_signal(signal.SIGKILL)
        server.wait(PATIENCE)
        until = time.monotonic() + PATIENCE  # a busy machine lets them look for it late
        while any(map(is_alive, workers)) and time.monotonic() < until:
            time.sleep(0.1)
        assert not any(map(is_alive, workers)), "old code would serve on beside the new"
    with deployment.served():
        assert deployment.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (f"Host: {NAME}\r\n", 200),
        ("Host: 127.0.0.1\r\n", 200),
        ("Host: evil.example\r\n", 400),
        (f"Host: {NAME}\r\nHost: evil.example\r\n", 400),
        (f"Host: {NAME}\r\nHost: {NAME}\r\n", 400),
    ],
)
def test_a_server_answers_to_its_own_name_alone(
    served_once: Deployment, headers: str, status: int
) -> None:
    request = f"GET /signin HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"
    answer = served_once.say(request.encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"evil" not in answer


@pytest.fixture(scope="module")
def served_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One server for all tests that only ask."""
    made = Deployment(tmp_path_factory.mktemp("served"), free_port())
    assert made.run("init").returncode == 0
    with made.served():
        yield made


@pytest.mark.parametrize(
    ("lengths", "body"),
    [
        ("Content-Length: 5\r\nContent-Length: 6\r\n", "a=b=c"),
        ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ("Content-Length: -1\r\n", ""),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("Content-Length: 5, 6\r\n", "a=b=c"),
    ],
)
def test_a_request_whose_end_is_in_doubt_is_refused_with_all_that_follows(
    served_once: Deployment, lengths: str, body: str
) -> None:
    hidden = f"GET /healthz HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n"
    said = f"POST /signin/submit HTTP/1.1\r\nHost: {NAME}\r\n{lengths}\r\n{body}{hidden}"
    answer = served_once.say(said.encode())
    assert b"ok " not in answer
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


def test_slow_bodies_are_cut_off_and_hold_up_nobody(served_once: Deployment) -> None:
    begun = time.monotonic()
    lines = []
    for _ in range(SLOW_CLIENTS):
        line = socket.create_connection((HOST, served_once.port), timeout=PATIENCE)
        line.sendall(
            f"POST /signin/submit HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\na".encode()
        )
        lines.append(line)
    connected = time.monotonic()
    took = []
    for _ in range(20):
        asked = time.monotonic()
        assert served_once.get("/healthz").status_code == 200
        took.append(time.monotonic() - asked)
    assert statistics.median(took) < 2
    for line in lines:
        line.settimeout(BODY_SECONDS + 60)
        assert line.recv(64).startswith(b"HTTP/1.1 408 ")
        while line.recv(65_536):
            pass  # until the server has closed it
        line.close()
    assert time.monotonic() - connected < BODY_SECONDS + (connected - begun) + 30


@contextlib.contextmanager
def demos(folder: Path, count: int) -> Iterator[list[tuple[subprocess.Popen[bytes], Path]]]:
    """Start demos at the same moment, all with the same data folder."""
    started = []
    for number in range(count):
        out = folder / f"out-{number}"
        with out.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "portal", "demo"],
                cwd=ROOT,
                env=clean_environment(PORTAL_DATA_DIR=str(folder / "data"), PORTAL_LANG="ja"),
                stdout=file,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
            )
        started.append((process, out))
    try:
        yield started
    finally:
        for process, _out in started:
            process.terminate()
        for process, _out in started:
            process.wait(PATIENCE)


def test_three_demos_at_once_are_three_wards(tmp_path: Path) -> None:
    with demos(tmp_path, 3) as started:
        until = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < until and not all("Ctrl" in o.read_text() for _p, o in started):
            assert all(process.poll() is None for process, _out in started)
            time.sleep(0.5)
        said = [out.read_text("utf-8") for _process, out in started]
        addresses = [re.findall(r"http://127\.0\.0\.1:\d+", one) for one in said]
        assert all(len(set(found)) == 3 for found in addresses)
        assert len({address for found in addresses for address in found}) == 9
        for one, found in zip(said, addresses, strict=True):
            assert one.splitlines()[0] == f"{found[0]}/", "the bare address comes first"
            start = one.splitlines()[2]  # the third line, says README.md
            assert start.startswith("ここから")
            page = httpx.get(start.split()[-1], timeout=60).text
            login = re.search(r"\d{4}-\d{3}-\d{3}", page)
            assert login is not None
            assert found[0] in page
            assert httpx.get(f"{found[0]}/signin", timeout=60).status_code == 200
        folders = {re.findall(r"/data/(demo[-\d]*)/letters", one)[0] for one in said}
        assert len(folders) == 3
    for found in addresses:
        for address in set(found):
            with pytest.raises(httpx.ConnectError):
                httpx.get(address, timeout=5)
