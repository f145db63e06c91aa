"""Walks the staff site as every role: each page that any role finds, each form on them."""

import logging
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import httpx
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.actors import Role
from portal.domain.people.staff.permissions import GRANTS, Permission
from tests.support.fields.canaries import Canaries, Canary, plain
from tests.support.fields.correcting import corrected
from tests.support.fields.forms import Form, read_page
from tests.support.fields.reading import answer_text
from tests.support.fields.world import World
from tests.support.reading.files import picture
from tests.support.requests.looking import NO_FILE
from tests.support.resident import Visitor
from tests.support.staff import staff_routes

EACH = 6
"""So many addresses of each route are opened."""
DEEPEST, CORRECTIONS = 4, 3
"""So many buttons are pressed one after the other to come to what appears behind them, and a form
is sent again so often after a page has said what is wrong with it."""
UNTOUCHED = ("/signout", "/lock", "/account/")
"""What only ends the walker's own session."""
ASKED_BEFORE = ("/signin", "/lock")
"""Where somebody is sent who may not go on."""


@dataclass(frozen=True)
class Route:
    """A route of the site, and who holds it."""

    path: str
    access: str
    pattern: re.Pattern[str]
    is_read: bool


def routes() -> list[Route]:
    """Return all routes that name a permission, the longest literal path first."""
    found: dict[str, str] = {}
    read: set[str] = set()
    for route in staff_routes().routes:
        for handler in getattr(route, "route_handlers", []):
            access = handler.opt.get("access")
            if isinstance(handler, HTTPRouteHandler) and access:
                found |= dict.fromkeys(handler.paths, str(access))
                read |= handler.paths if "GET" in handler.http_methods else set()
    anything = re.compile(r"\\{[a-z_]+:[a-z]+\\}")
    patterns = [
        Route(path, access, re.compile(anything.sub("[^/]+", re.escape(path))), path in read)
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


@dataclass(frozen=True)
class Press:
    """A form as somebody sends it."""

    role: Role
    form: Form
    button: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Given:
    """What fits forms of this world: texts and files that people have before them.

    Attributes:
        typed: Texts by the name of their field, or by route and field.
        files: Files by route: name, content and type.
        codes: The code that the app of each shows.
    """

    typed: dict[str, str]
    files: dict[str, tuple[str, bytes, str]]
    codes: dict[Role, str]


@dataclass
class Walk:
    """Every role's way through the site, and what was seen on it."""

    world: World
    canaries: Canaries
    visitors: dict[Role, Visitor]
    starts: list[str]
    searches: list[Form]
    own: dict[Role, tuple[str, ...]]
    given: Given
    table: list[Route] = field(default_factory=routes)
    seen: set[Sighting] = field(default_factory=set)
    answered: Counter[tuple[Role, str, int]] = field(default_factory=Counter)
    forms: dict[tuple[str, tuple[str, str]], Form] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    tried: set[tuple[Role, str]] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    chains: list[tuple[Press, ...]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    def again(self, canaries: Canaries) -> "Walk":
        """Return the same walk for a world that changed: the addresses and forms are known."""
        return replace(
            self,
            canaries=canaries,
            seen=set(),
            answered=Counter(),
            tried=set(),
            reached=set(),
        )

    def go(self) -> None:
        """Gather addresses and forms with every role, then try all of them as every role.

        A form is sent by whoever holds its route: everybody else gets one refusal, which the tests
        of the permissions compare. What appears only behind a button is pressed after it. The
        refusals are not logged: pytest would keep each with all that it was raised from.
        """
        logging.disable(logging.WARNING)
        try:
            self._go()
        finally:
            logging.disable(logging.NOTSET)

    def _go(self) -> None:
        for role in self.visitors:
            self._gather(role)
        for role in self.visitors:
            for address in self.addresses:
                self._get(role, address)
            for (_action, button), form in list(self.forms.items()):
                self._press((Press(role, form, button),))
            for form in self.searches:
                self._press((Press(role, form),), typed=True)
        for *before, last in self.chains:  # they grow while they are gone along
            for role in self._may(self.route_of(last.form.action)):
                self._press((*before, replace(last, role=role)))

    @property
    def access(self) -> dict[str, str]:
        """The permission of each route."""
        return {route.path: route.access for route in self.table}

    def route_of(self, address: str) -> str:
        """Return the route that answers at an address."""
        path = urlsplit(address).path
        if path not in self.known:
            fits = (route.path for route in self.table if route.pattern.fullmatch(path))
            self.known[path] = next(fits, "")
        return self.known[path]

    def _gather(self, role: Role) -> None:
        of_route = Counter[str]()
        waiting = [*self.starts, *(r.path for r in self.table if r.is_read and "{" not in r.path)]
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
        """Open a page; of a route that they may not use everybody sees one refusal."""
        route = self.route_of(address)
        tried = (role, address if role in self._may(route) else route)
        if tried in self.tried:
            return None
        self.tried.add(tried)
        page = self.visitors[role].get(address)
        self._look(role, address, page)
        return page

    def _keep(self, form: Form) -> list[tuple[str, str]]:
        """Keep a form, two of each route and button; return the buttons that are new."""
        route = self.route_of(form.action)
        if not route or form.action.startswith(UNTOUCHED):
            return []
        new = []
        for button in form.buttons or [("", "")]:
            alike = [
                key for key in self.forms if key[1] == button and self.route_of(key[0]) == route
            ]
            if len(alike) < 2 and (form.action, button) not in self.forms:
                self.forms[form.action, button] = form
                new.append(button)
        return new

    def _may(self, route: str) -> list[Role]:
        access = self.access.get(route, "public")
        if access == "public":
            return list(self.visitors)
        return [role for role in self.visitors if role in GRANTS[Permission(access)].roles]

    def _press(self, steps: tuple[Press, ...], *, typed: bool = False) -> None:
        """Send the last of these forms, after the others, and look at its answer."""
        *before, last = steps
        first = last
        route = self.route_of(last.form.action)
        if last.role not in self._may(route) or self.access.get(route) == "public":
            return
        for step in before:
            self._post(step)
        answer = self._post(last)
        for _again in range(0 if route in self.reached else CORRECTIONS):
            better = corrected(last.form, answer.text, self._typed(last.role, route))
            if answer.status_code != 422 or better is None:
                break
            self._look(
                last.role, last.form.action, answer, plain(" ".join(last.form.values.values()))
            )
            last = replace(last, form=better)
            answer = self._post(last)
        steps = (*before, last)
        key = last.form.action, last.button
        if answer.status_code < 400 and self.forms.get(key) is first.form:
            self.forms[key] = last.form  # whoever comes next types it as it was accepted
        said = plain(" ".join(last.form.values.values())) if typed else ""
        self._look(last.role, last.form.action, answer, said)
        if answer.status_code == 303:
            after = answer.headers["location"]
            page = self.visitors[last.role].get(after)
            self._look(last.role, after, page, said, button=route)
            if page.status_code == 200 and not after.startswith(ASKED_BEFORE):
                self._behind(route, steps, after, page)
        elif answer.status_code == 200:
            self._behind(route, steps, "", answer)
        if answer.status_code < 400 or before or last is not first:
            self.world.set_back()

    def _behind(
        self, route: str, steps: tuple[Press, ...], after: str, page: httpx.Response
    ) -> None:
        """Note that a button did something, and what is offered behind it and nowhere else."""
        if route in self.reached or len(steps) >= DEEPEST:
            return
        self.reached.add(route)
        pages = [page] + [
            other.get(after)
            for role, other in self.visitors.items()
            if after and role is not steps[-1].role
        ]
        for one in pages:
            if one.status_code != 200 or "html" not in one.headers.get("content-type", ""):
                continue
            links, forms = read_page(one.text)
            for form in forms:
                for button in self._keep(form):
                    self.chains.append((*steps, Press(steps[-1].role, form, button)))
            for link in links:
                if self.route_of(link) not in self.reached:
                    for role in self._may(self.route_of(link)):
                        self._look(role, link, self.visitors[role].get(link))

    def _post(self, press: Press) -> httpx.Response:
        visitor, (name, value) = self.visitors[press.role], press.button
        values = press.form.values | ({name: value} if name else {})
        values |= {"form_token": visitor.token}
        files = {one: self._file(press.form.action, one) for one in press.form.files}
        sends_none = NO_FILE if any(name.endswith(".draft") for name in values) else None
        send = visitor.http.post(press.form.action, data=values, files=files or sends_none)
        return visitor.loop.run(send)

    def _file(self, action: str, name: str) -> tuple[str, bytes, str]:
        held = self.given.files.get(self.route_of(action))
        return held if held is not None else (f"{name}.png", picture(), "image/png")

    def _typed(self, role: Role, route: str) -> dict[str, str]:
        of_route = {
            name.partition(" ")[2]: value
            for name, value in self.given.typed.items()
            if name.partition(" ")[0] == route
        }
        return {**self.given.typed, **of_route, "code": self.given.codes[role]}

    def _look(
        self, role: Role, address: str, answer: httpx.Response, typed: str = "", button: str = ""
    ) -> None:
        """Note what is shown; behind a button it is shown by the button's route as well."""
        route = self.route_of(address)
        self.answered[role, route, answer.status_code] += 1
        if answer.request.method == "GET" and answer.status_code == 200:
            self.reached.add(route)
        assert answer.status_code < 500 or answer.status_code == 503, (role, address)
        for canary in self.canaries.seen(answer_text(answer)):
            if canary.text not in typed and canary.text not in self.own[role]:
                self.seen |= {
                    Sighting(role, one, canary, address) for one in {route, button} - {""}
                }
