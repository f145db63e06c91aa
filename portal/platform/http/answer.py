"""The answer to a request: its cookies, the token of its forms, and the response itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from litestar import Response
from litestar.datastructures import Cookie
from zlib_ng import zlib_ng

from portal.domain.foundation.vault import Vault
from portal.platform.http import cookies

Reply = Response[str] | Response[bytes] | Response[None]
"""What a handler answers with: a page, a file, or the way to another page."""

HTML = "text/html"  # Litestar adds the charset
GZIP = 31
"""zlib's number of a window for gzip's format, without a time."""
PACKING = 5
"""How hard a page is compressed: as small as by gzip's 4, in two thirds of its time."""


@dataclass(slots=True)
class Answer:
    """The answer that the browser gets.

    Attributes:
        prefix: How the names of this site's cookies begin.
        vault: Signs the tokens of forms.
        cookies: The cookies that go with it, by name.
        bound_to: The session or visit to which forms are bound; empty for a first visit.
    """

    prefix: str
    vault: Vault = field(repr=False)
    cookies: dict[str, Cookie] = field(default_factory=dict, repr=False)
    bound_to: str = field(default="", repr=False)
    _token: str = field(default="", repr=False)

    def set_cookie(self, name: str, value: str, *, max_age: int | None = None) -> None:
        """Give the browser one of our cookies."""
        self.cookies[name] = cookies.make(self.prefix, name, value, max_age=max_age)

    def drop_cookie(self, name: str) -> None:
        """Remove one of our cookies."""
        self.cookies[name] = cookies.gone(self.prefix, name)

    def bind(self, bound_to: str) -> None:
        """Bind the forms to a session or visit."""
        self.bound_to, self._token = bound_to, ""

    def form_token(self) -> str:
        """Return the hidden token for this page's forms.

        A visitor without session gets a cookie to bind it to.
        """
        if not self.bound_to:
            self.bound_to = cookies.new_visit()
            self.set_cookie(cookies.VISIT, self.bound_to)
        if not self._token:
            self._token = cookies.form_token(self.vault, self.bound_to)
        return self._token

    def html(self, body: str, status_code: int = 200) -> Response[str]:
        """Answer with a page."""
        return Response(body, status_code=status_code, media_type=HTML, cookies=self._cookies())

    def packed(self, body: str) -> Response[bytes]:
        """Answer with a page, compressed."""
        headers = {"content-encoding": "gzip", "vary": "accept-encoding"}
        packed = zlib_ng.compress(body.encode(), PACKING, GZIP)
        return Response(packed, media_type=HTML, headers=headers, cookies=self._cookies())

    def redirect(self, path: str) -> Response[None]:
        """Answer 303: the browser then GETs the next page, so that reloading repeats nothing."""
        return Response(
            None,
            status_code=303,
            headers={"location": path},
            media_type=HTML,
            cookies=self._cookies(),
        )

    def send(
        self, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> Response[bytes]:
        """Answer with bytes (an image, a file)."""
        return Response(
            body, media_type=media_type, headers=dict(headers or {}), cookies=self._cookies()
        )

    def _cookies(self) -> list[Cookie]:
        return list(self.cookies.values())
