"""When the certificates of both sites end: as their visitors get them, or from a file."""

import socket
import ssl
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from portal.settings import Settings

SECONDS = 2.0


def certificate_ends(settings: Settings) -> Mapping[str, datetime | None]:
    """Return when the certificate of each site with TLS ends (UTC), None where it is unreadable.

    The file that was named counts for both sites; without one their addresses are asked.
    """
    return {
        site: _end(address, settings.tls_certificate)
        for site, address in settings.addresses.items()
        if address.startswith("https:")
    }


def _end(address: str, file: Path | None) -> datetime | None:
    try:
        return _ends_in_file(file) if file is not None else _ends_at(address)
    except OSError:
        return None


def _ends_at(address: str) -> datetime:
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
    from cryptography import x509  # noqa: PLC0415  (a hundredth of a site's start)

    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def _ends_in_file(path: Path) -> datetime:
    """Return when the first certificate of a PEM file ends (UTC).

    Raises:
        OSError: the file cannot be read or holds no certificate.
    """
    from cryptography import x509  # noqa: PLC0415  (as above)

    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except ValueError:
        raise OSError("no certificate") from None
