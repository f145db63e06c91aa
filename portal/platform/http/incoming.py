"""The request as litestar gives it, and as it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Request
from litestar.datastructures import State

from portal.platform.http.forms import Form

WebRequest = Request[object, object, State]
"""A request as litestar gives it; we use neither its users nor its state."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it was read; nothing in it changes.

    Attributes:
        method: GET or POST.
        path: The path as it was asked for.
        route: The name of its route.
        params: The values in the path, by name.
        query: The parameters of the query string.
        form: What was posted.
        cookies: The browser's cookies by their full names.
        number: What people tell us who ask about this request.
        address: The client's network address.
        locale: The language of the answer.
        htmx: Whether a script asks for a part of a page.
        user_agent: The browser's name of itself.
        unattended: Whether a page refreshes itself, which keeps nobody signed in.
        came_from: Path and query of our page that leads here; empty for any other.
        foreign: Whether the browser says that a page of another site sent this.
        unpacks: Whether the browser unpacks what is compressed.
        host: What the browser calls us, with the port; nothing is trusted to it.
    """

    method: str
    path: str
    route: str
    params: Mapping[str, Any]
    query: Mapping[str, str]
    form: Form
    cookies: Mapping[str, str] = field(repr=False)
    number: str
    address: str
    locale: str
    htmx: bool = False
    user_agent: str = ""
    unattended: bool = False
    came_from: str = ""
    foreign: bool = False
    unpacks: bool = False
    host: str = ""

    def with_form(self, form: Form) -> "Incoming":
        """Return the request as if this form had been posted."""
        return replace(self, form=form)

    def with_cookie(self, name: str, value: str) -> "Incoming":
        """Return the request as if the browser had sent this cookie."""
        return replace(self, cookies={**self.cookies, name: value})
