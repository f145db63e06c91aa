"""When the certificate of a site ends: as its visitors get it, or from a file."""

import socket
import ssl
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

SECONDS = 2.0


def end_of(address: str, file: Path | None) -> datetime:
    """Return when a site's certificate ends (UTC): the one of the file, else that of the address.

    Raises:
        OSError: it cannot be read.
    """
    return ends_in_file(file) if file is not None else ends_at(address)


def ends_at(address: str) -> datetime:
    """Return when the certificate behind an ``https://`` address ends (UTC).

    Raises:
        OSError: nobody answers there, or not with TLS.
    """
    parts = urlsplit(address)
    context = ssl.create_default_context()
    # The date alone is read, also of a certificate that browsers refuse already; nothing is sent.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((str(parts.hostname), parts.port or 443), SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as line,
    ):
        certificate = line.getpeercert(binary_form=True)
    if certificate is None:
        raise OSError("no certificate")
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def ends_in_file(path: Path) -> datetime:
    """Return when the first certificate of a PEM file ends (UTC).

    Raises:
        OSError: the file cannot be read or holds no certificate.
    """
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except ValueError:
        raise OSError("no certificate") from None
