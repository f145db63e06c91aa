"""``/.well-known/security.txt`` of both sites: where to write to about a fault (RFC 9116)."""

from portal.settings import Settings

PATH = "/.well-known/security.txt"
PAGE = "/notices"
"""The page of the resident site that says what to report, where, and what not to do."""


def security_txt(settings: Settings, address: str) -> str | None:
    """Return the file as the site at this address serves it; None where nobody is named.

    After its end it is served on: it says itself since when not to rely on it.
    """
    if not settings.security_contact or settings.security_until is None:
        return None
    fields = [("Contact", contact) for contact in settings.security_contact]
    fields += [
        ("Expires", f"{settings.security_until:%Y-%m-%dT%H:%M:%SZ}"),
        ("Preferred-Languages", "ja, en"),
        ("Policy", f"{settings.public_url}{PAGE}#weakness"),
        ("Canonical", address + PATH),
    ]
    return "".join(f"{name}: {value}\n" for name, value in fields)
