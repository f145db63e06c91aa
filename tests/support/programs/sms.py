"""A stand-in for the HTTP gateway that sends text messages.

Keeps the requests, answers as it is told.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.programs.servers import PATIENCE


@dataclass(frozen=True)
class GatewayRequest:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class SmsGateway:
    """What the gateway got and what it answers."""

    url: str = ""
    requests: list[GatewayRequest] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"{}"
    delay: float = 0.0  # seconds before it answers: a gateway that hangs
    answered: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let it answer at once what it holds, and all that comes."""
        self.released.set()

    def wait(self, count: int = 1, seconds: float = PATIENCE) -> list[GatewayRequest]:
        """All requests, as soon as `count` have come; fails the test when they do not."""
        until = time.monotonic() + seconds
        while len(self.requests) < count and time.monotonic() < until:
            time.sleep(0.02)
        if len(self.requests) < count:
            pytest.fail(f"{len(self.requests)} requests came within {seconds} s, expected {count}")
        return self.requests


@pytest.fixture
def sms_gateway() -> Iterator[SmsGateway]:
    """A gateway on a free port of this machine; its address is `sms_gateway.url`."""
    gateway = SmsGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            gateway.requests.append(GatewayRequest(self.path, dict(self.headers.items()), body))
            gateway.released.wait(gateway.delay)
            gateway.answered += 1
            with contextlib.suppress(OSError):  # a sender that was killed meanwhile
                self.send_response(gateway.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(gateway.answer)))
                self.end_headers()
                self.wfile.write(gateway.answer)

        do_PUT = do_POST  # noqa: N815 - http.server's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Keep test output quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64  # two workers may come with sixteen messages at once

    server = Server(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}/messages"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield gateway
    server.shutdown()
    server.server_close()
    thread.join()
