"""Mail to another machine goes out encrypted, to a server whose certificate is known, or not."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from portal.platform.senders.sending import SendFailedError
from portal.platform.senders.smtp import SmtpSender
from tests.functional.people.notices.sender_support import MAIL_FROM, claim_of
from tests.support.certificates import certificate, private_key
from tests.support.programs.servers import free_port

DISTANT = "0.0.0.0"
"""Leads to this machine, but is no loopback address: it stands for a distant server."""


@dataclass
class Server:
    """A mail server with STARTTLS, what it got, and the certificate to trust."""

    port: int
    certificate: Path
    encrypted: list[bool]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


def write_certificate(folder: Path) -> tuple[Path, Path]:
    key = generate_private_key(SECP256R1())
    now = datetime.now(UTC)
    made = certificate(
        "mail",
        key,
        now - timedelta(minutes=1),
        now + timedelta(days=1),
        (x509.SubjectAlternativeName([x509.IPAddress(ip_address(DISTANT))]), False),
        (x509.BasicConstraints(ca=True, path_length=0), True),
    )
    file, key_file = folder / "server.pem", folder / "server.key"
    file.write_bytes(made)
    key_file.write_bytes(private_key(key))
    return file, key_file


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    file, key = write_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, key)
    sink = Server(free_port(), file, [])
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, tls_context=context)
    controller.start()
    yield sink
    controller.stop()


@pytest.mark.asvs("12.3.1")
def test_a_mail_to_another_machine_goes_out_encrypted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    SmtpSender(f"smtp://{DISTANT}:{server.port}", MAIL_FROM).send(claim_of("a@example.jp"))
    assert server.encrypted == [True]


@pytest.mark.asvs("12.3.2")
def test_a_server_with_an_unknown_certificate_gets_nothing(server: Server) -> None:
    sender = SmtpSender(f"smtp://{DISTANT}:{server.port}", MAIL_FROM)
    with pytest.raises(SendFailedError, match="no_connection"):
        sender.send(claim_of("a@example.jp"))
    assert server.encrypted == []
