"""Where a request comes from, as the browser says it (``security.md`` A18).

Beside the form's token, not instead of it: the token alone would fall with one page that shows it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

OWN_PAGES = frozenset({"same-origin", "none"})
"""What ``Sec-Fetch-Site`` says of our own pages, and of an address that somebody typed."""


def is_foreign(headers: Mapping[str, str], address: str) -> bool:
    """Return whether the browser names another site as the sender.

    No page can set either header. Browsers send ``Sec-Fetch-Site`` over HTTPS only, so without it
    ``Origin`` decides; a program that is no browser sends neither, and has no cookies to abuse.

    Args:
        headers: The headers of the request.
        address: The address of our site, for a proxy that changes the ``Host``.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_PAGES
    origin = headers.get("origin")
    if origin is None:
        return False
    sender = urlsplit(origin).netloc.lower()
    return not sender or sender not in {headers.get("host", "").lower(), urlsplit(address).netloc}
