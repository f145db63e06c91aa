"""Decides for every request of the resident site whether it is served now or waits in line.

It stands around the routes: no thread, statement or Argon2 is spent on a request that waits.
"""

import secrets
import time
from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    Message,
    Receive,
    Scope,
    Send,
)
from msgspec import Struct

from portal.domain.people.authn.networks import networks_of
from portal.domain.people.shops import address as shop_list
from portal.platform.application import page_of_no_route
from portal.platform.floor_events import EVENTS_PATH
from portal.platform.http import cookies, disclosure, unseen
from portal.platform.http.incoming import WebRequest
from portal.platform.http.network import client_address
from portal.platform.routes import chosen_language
from portal.platform.senders import REPORTS_PATH
from portal.platform.site import Site
from portal.web.waiting_room.held import (
    Asked,
    HeldPages,
    comes_back,
    keep_typed_id,
    waiting,
)
from portal.web.waiting_room.line import Line, Place, Turn
from portal.web.waiting_room.passes import (
    LIVES,
    PASS,
    PLACE,
    PLACE_LIVES,
    Standing,
    carry_place,
    make_pass,
    place_of,
    standing_of,
)
from portal.web.waiting_room.presence import Presence
from portal.web.waiting_room.shares import Shares

FREE = frozenset(
    {
        "/healthz",
        "/readyz",
        disclosure.PATH,
        REPORTS_PATH,
        EVENTS_PATH,
        unseen.PAGE,
        shop_list.PAGE,
    }
)
"""Asked for by machines, and answered without a page; or by people who must not wait."""
FREE_FOLDERS = ("/static/", unseen.FOLDER, shop_list.FOLDER)
SIGN_IN = "/signin/submit"


class Rooms(Struct, frozen=True):
    """How many requests a process works at, by the standing of who sent them.

    Attributes:
        new: From so many of people who are not signed in, whoever is new waits; 0: nobody ever.
        begun: From so many, also who has begun to fill a form.
        signed_in: From so many of people who are signed in, they too: five times as many as there
            are threads.
    """

    new: int = 6
    begun: int = 18
    signed_in: int = 200


class Visitor(Struct, frozen=True):
    """Who sent a request, as far as their browser's cookies say."""

    standing: Standing
    network: str
    place: Place
    came_before: bool
    """Whether they carried that place."""
    fills_a_form: bool


class WaitingRoom:
    """The application of the resident site with its waiting room around it."""

    def __init__(
        self,
        routes: ASGIApp,
        site: Site,
        now: Callable[[], float] = time.time,
        rooms: Rooms | None = None,
    ) -> None:
        self._routes = routes
        self._site = site
        self._now = now
        self._rooms = rooms or Rooms(new=site.settings.waiting_room_from)
        self._line = Line(now())
        self._shares = Shares()
        self._pages = HeldPages()
        self._inside = dict.fromkeys(Standing, 0)

    @property
    def length(self) -> int:
        """How many wait in line."""
        return self._line.length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or answer with the page of those who wait."""
        if scope["type"] != ScopeType.HTTP or self._is_free(scope["path"]):
            await self._routes(scope, receive, send)
            return
        request = WebRequest(scope, receive)
        visitor = self._visitor(request)
        turn = self._turn(visitor)
        if not turn.let_in:
            await self._hold(request, visitor, turn, send)
            return
        presence = Presence(self._inside, visitor.standing)
        if request.method != "POST":
            presence.begin()
        try:
            sending = self._with_pass(visitor, send)
            await self._routes(scope, presence.when_whole(receive), sending)
        finally:
            presence.end()

    def _is_free(self, path: str) -> bool:
        return not self._rooms.new or path.startswith(FREE_FOLDERS) or path in FREE

    def _visitor(self, request: WebRequest) -> Visitor:
        site, carried = self._site, request.cookies
        prefix, now = site.cookie_prefix, self._now()
        network = networks_of(client_address(request, site.settings.trusted_proxies))[0]
        shown, place = carried.get(prefix + PASS), carried.get(prefix + PLACE)
        carries = place_of(site.vault, place, now) if place else None
        return Visitor(
            standing_of(site.vault, shown, network, now) if shown else Standing.NEW,
            network,
            carries or Place(secrets.token_urlsafe(9), now),
            came_before=carries is not None,
            fills_a_form=prefix + cookies.VISIT in carried,
        )

    def _turn(self, visitor: Visitor) -> Turn:
        """Whose turn it is: who is signed in, who has begun, and then the line."""
        rooms, inside, now = self._rooms, self._inside, self._now()
        signed_in = inside[Standing.SIGNED_IN]
        if visitor.standing is Standing.SIGNED_IN:
            return Turn(let_in=signed_in < rooms.signed_in, minutes=1)
        others = inside[Standing.NEW] + inside[Standing.BEGUN]
        within = self._shares.take(visitor.network, now)
        room = others < rooms.new and signed_in < rooms.signed_in // 2
        if not room and not within:
            return Turn(let_in=False, minutes=self._line.minutes(self._line.length))
        if visitor.standing is Standing.BEGUN:
            if others >= rooms.begun:
                self._line.note_no_room()
            return Turn(let_in=others < rooms.begun, minutes=1)
        before = self._line.length
        turn = self._line.ask(visitor.place, visitor.network, now, room=room)
        if self._line.length != before:
            self._site.meter.in_line(self._line.length)
        return turn

    def _with_pass(self, visitor: Visitor, send: Send) -> Send:
        """Wrap ``send`` so that who gets a session, or has a form before them, also gets a pass."""
        prefix = self._site.cookie_prefix
        session = f"{prefix}{cookies.SESSION}=".encode()
        visit = f"{prefix}{cookies.VISIT}=".encode()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                given = [value for name, value in headers if name.lower() == b"set-cookie"]
                if any(_gives(one, session) for one in given):
                    headers += self._pass(Standing.SIGNED_IN, visitor)
                elif visitor.standing is Standing.NEW and (
                    visitor.came_before
                    or visitor.fills_a_form
                    or any(_gives(one, visit) for one in given)
                ):
                    headers += self._pass(Standing.BEGUN, visitor)
                message["headers"] = headers
            await send(message)

        return sending

    def _pass(self, standing: Standing, visitor: Visitor) -> list[tuple[bytes, bytes]]:
        vault, prefix = self._site.vault, self._site.cookie_prefix
        value = make_pass(vault, standing, visitor.network, self._now())
        given = [cookies.make(prefix, PASS, value, max_age=LIVES[standing])]
        if visitor.came_before:
            given.append(cookies.gone(prefix, PLACE))
        return [(b"set-cookie", one.to_header(header="").encode()) for one in given]

    async def _hold(self, request: WebRequest, visitor: Visitor, turn: Turn, send: Send) -> None:
        """Answer 503 with the page of the line, which comes back by itself."""
        request.scope["route_handler"] = waiting
        site, page = self._site, page_of_no_route(request)
        answer = chosen_language(page)
        if answer is None:
            asked = _asked(request)
            if asked is Asked.SIGN_IN:
                await keep_typed_id(page, request.receive, PLACE_LIVES)
            if visitor.standing is Standing.NEW and not visitor.came_before:
                carried = carry_place(site.vault, visitor.place)
                page.answer.set_cookie(PLACE, carried, max_age=PLACE_LIVES)
            answer = page.answer.html(self._pages.text(page, turn.minutes, asked), 503)
            seconds = comes_back(asked)
            answer.headers["retry-after"] = str(seconds or 60)
            if seconds:
                target = "/signin" if asked is Asked.SIGN_IN else request.scope["path"]
                answer.headers["refresh"] = f"{seconds}; url={target}"
        await answer.to_asgi_response(None, request)(request.scope, request.receive, send)


def _asked(request: WebRequest) -> Asked:
    if request.method != "POST":
        return Asked.PAGE
    return Asked.SIGN_IN if request.scope["path"] == SIGN_IN else Asked.FORM


def _gives(cookie: bytes, name: bytes) -> bool:
    """Tell whether a header sets this cookie; one that removes it is empty."""
    return cookie.startswith(name) and not cookie.startswith((name + b";", name + b'"'))
