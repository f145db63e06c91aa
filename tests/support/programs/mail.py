"""A mail server that keeps what it is given."""

import email
import email.policy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.support.programs.servers import PATIENCE, free_port


@dataclass
class SmtpSink:
    """Where mails arrive: connect to 127.0.0.1 at `port`."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    refuse: str = (
        ""  # an SMTP answer such as "451 Try again later": given to every mail while it is set
    )

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def wait(self, count: int = 1, seconds: float = PATIENCE) -> list[EmailMessage]:
        """All mails, as soon as `count` have come; fails the test when they do not."""
        until = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < until:
            time.sleep(0.02)
        if len(self.messages) < count:
            pytest.fail(f"{len(self.messages)} mails came within {seconds} s, expected {count}")
        return self.messages


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server on a free port of this machine."""
    sink = SmtpSink(free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()
