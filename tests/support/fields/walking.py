"""Walks the staff site as every role: each page that any role finds, each form on them."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import httpx
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.actors import Role
from portal.domain.people.staff.permissions import GRANTS, Permission
from tests.support.fields.canaries import Canaries, Canary, plain
from tests.support.fields.forms import Form, read_page
from tests.support.fields.reading import answer_text
from tests.support.fields.world import World
from tests.support.reading.files import picture
from tests.support.resident import Visitor
from tests.support.staff import staff_routes

EACH = 6
"""So many addresses of each route are opened."""
UNTOUCHED = ("/signout", "/lock", "/account/")
"""What only ends the walker's own session."""


@dataclass(frozen=True)
class Route:
    """A route of the site, and who holds it."""

    path: str
    access: str
    pattern: re.Pattern[str]


def routes() -> list[Route]:
    """Return all routes that name a permission, the longest literal path first."""
    found: dict[str, str] = {}
    for route in staff_routes().routes:
        for handler in getattr(route, "route_handlers", []):
            access = handler.opt.get("access")
            if isinstance(handler, HTTPRouteHandler) and access:
                found |= dict.fromkeys(handler.paths, str(access))
    patterns = [
        Route(path, access, re.compile(re.sub(r"\\{[a-z_]+:[a-z]+\\}", "[^/]+", re.escape(path))))
        for path, access in found.items()
    ]
    return sorted(patterns, key=lambda route: (route.path.count("{"), route.path))


@dataclass(frozen=True)
class Sighting:
    """A canary in an answer."""

    role: Role
    route: str
    canary: Canary
    address: str


@dataclass
class Walk:
    """Every role's way through the site, and what was seen on it."""

    world: World
    canaries: Canaries
    visitors: dict[Role, Visitor]
    starts: list[str]
    searches: list[Form]
    own: dict[Role, tuple[str, ...]]
    table: list[Route] = field(default_factory=routes)
    seen: set[Sighting] = field(default_factory=set)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    forms: dict[tuple[str, tuple[str, str]], Form] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    tried: set[tuple[Role, str]] = field(default_factory=set)

    def again(self, canaries: Canaries) -> "Walk":
        """Return the same walk for a world that changed: the addresses and forms are known."""
        return replace(self, canaries=canaries, seen=set(), answered=Counter(), tried=set())

    def go(self) -> None:
        """Gather addresses and forms with every role, then try all of them as every role.

        A form is sent by whoever holds its route: everybody else gets one refusal, which the tests
        of the permissions compare.
        """
        for role in self.visitors:
            self._gather(role)
        for role in self.visitors:
            for address in self.addresses:
                self._get(role, address)
            for (_action, button), form in list(self.forms.items()):
                self._send(role, form, button)
            for form in self.searches:
                self._send(role, form, ("", ""), typed=True)

    @property
    def access(self) -> dict[str, str]:
        """The permission of each route."""
        return {route.path: route.access for route in self.table}

    def route_of(self, address: str) -> str:
        """Return the route that answers at an address."""
        path = urlsplit(address).path
        fits = (route.path for route in self.table if route.pattern.fullmatch(path))
        return next(fits, "")

    def _gather(self, role: Role) -> None:
        of_route = Counter[str]()
        waiting = [*self.starts, *(r.path for r in self.table if "{" not in r.path)]
        tried = set(waiting)
        while waiting:
            address = waiting.pop(0)
            page = self._get(role, address)
            if page is None or page.status_code != 200:
                continue
            self.addresses.setdefault(address)
            if "html" not in page.headers.get("content-type", ""):
                continue
            links, forms = read_page(page.text)
            for form in forms:
                self._keep(form)
            for link in links:
                route = self.route_of(link)
                if link in tried or not route or of_route[route] >= EACH or "lang=" in link:
                    continue
                of_route[route] += 1
                tried.add(link)
                waiting.append(link)

    def _get(self, role: Role, address: str) -> httpx.Response | None:
        if (role, address) in self.tried:
            return None
        self.tried.add((role, address))
        page = self.visitors[role].get(address)
        self._look(role, address, page)
        return page

    def _keep(self, form: Form) -> None:
        route = self.route_of(form.action)
        if not route or form.action.startswith(UNTOUCHED):
            return
        for button in form.buttons or [("", "")]:
            alike = [
                key for key in self.forms if key[1] == button and self.route_of(key[0]) == route
            ]
            if len(alike) < 2:
                self.forms.setdefault((form.action, button), form)

    def _send(
        self, role: Role, form: Form, button: tuple[str, str], *, typed: bool = False
    ) -> None:
        visitor, access = self.visitors[role], self.access.get(self.route_of(form.action), "public")
        if access == "public" or role not in GRANTS[Permission(access)].roles:
            return
        values = form.values | ({button[0]: button[1]} if button[0] else {})
        values |= {"form_token": visitor.token}
        files = {name: (f"{name}.png", picture(), "image/png") for name in form.files}
        answer = visitor.loop.run(visitor.http.post(form.action, data=values, files=files or None))
        said = plain(" ".join(form.values.values())) if typed else ""
        self._look(role, form.action, answer, said)
        if answer.status_code == 303:
            after = answer.headers["location"]
            self._look(role, after, visitor.get(after), said)
        if answer.status_code < 400:
            self.world.set_back()

    def _look(self, role: Role, address: str, answer: httpx.Response, typed: str = "") -> None:
        route = self.route_of(address)
        self.answered[route, answer.status_code] += 1
        assert answer.status_code < 500 or answer.status_code == 503, (role, address)
        for canary in self.canaries.seen(answer_text(answer)):
            if canary.text not in typed and canary.text not in self.own[role]:
                self.seen.add(Sighting(role, route, canary, address))
