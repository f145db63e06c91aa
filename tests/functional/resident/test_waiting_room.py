"""More come than the site can serve: who waits, who does not, what the page of the line says."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import httpx
import pytest
from litestar.types import ASGIApp, Receive, Scope, Send

from portal.platform.application import serve_site
from portal.platform.http.locale import CODES, html_lang
from portal.platform.metrics.meter import Meter
from portal.web.waiting_room.line import COMES_BACK, OF_ONE_NETWORK
from portal.web.waiting_room.room import Rooms, WaitingRoom
from tests.support.people import Person
from tests.support.resident import Resident, Visitor, resident_routes

CARRIER = "198.51.100.9"


class NotedMeter(Meter):
    """Notes what is counted of the line."""

    asked = length = 0

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note an answer that asked to wait: it is told from errors by its name."""
        self.asked += (route, status) == ("waiting-room", 503)

    def in_line(self, length: int) -> None:
        """Note how many wait."""
        self.length = length


@dataclass
class Crowd:
    """The resident site with requests in it that do not end before they may."""

    resident: Resident
    rooms: Rooms = field(default_factory=Rooms)
    seconds: float = 1_700_000_000.0

    def __post_init__(self) -> None:
        self.end = asyncio.Event()
        self.began = asyncio.Semaphore(0)
        self.asked: list[asyncio.Future[object]] = []
        self.room = WaitingRoom(self._slow(), self.resident.site, lambda: self.seconds, self.rooms)
        self.app = serve_site(self.room, self.resident.site)

    def _slow(self) -> ASGIApp:
        routes = resident_routes(self.resident.site.settings)

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["query_string"] == b"slow":
                self.began.release()
                await self.end.wait()
            await routes(scope, receive, send)

        return slow

    def visitor(self, address: str = "203.0.113.7") -> Visitor:
        """Somebody with a fresh browser."""
        return Visitor(self.app, self.resident.loop, address)

    def comes(self, number: int) -> None:
        """So many strangers open the first page, and it takes its time."""
        browsers = [self.visitor(f"192.0.2.{one}") for one in range(number)]

        async def all_of_them() -> None:
            self.asked = [asyncio.ensure_future(one.http.get("/?slow")) for one in browsers]
            for _browser in browsers:
                await self.began.acquire()

        self.resident.loop.run(all_of_them())

    def leaves(self) -> None:
        """Their requests end."""

        async def ended() -> None:
            self.end.set()
            await asyncio.gather(*self.asked)
            self.end.clear()

        self.resident.loop.run(ended())

    def signed_in(self, person: Person) -> Visitor:
        """Somebody who is past the password."""
        visitor = self.visitor()
        visitor.open("/signin")
        visitor.send("/signin/submit", {"login_id": person.login_id, "password": person.password})
        assert visitor.place == "/signin/code"
        return visitor


@pytest.fixture
def crowd(sqlite_resident: Resident) -> Crowd:
    """A site that has room for six strangers."""
    return Crowd(sqlite_resident)


def test_a_stranger_waits_with_a_place_a_time_and_a_telephone_number(crowd: Crowd) -> None:
    crowd.comes(6)
    stranger = crowd.visitor()
    answer = stranger.get("/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == str(COMES_BACK)
    assert answer.headers["refresh"] == f"{COMES_BACK}; url=/"
    assert answer.headers["cache-control"] == "no-store"
    assert "あと1分ほどで" in answer.text
    assert crowd.resident.site.program.contact.telephone in answer.text
    assert stranger.cookie("place")
    crowd.leaves()


def test_who_came_first_is_let_in_first_and_may_then_finish(crowd: Crowd) -> None:
    crowd.comes(6)
    first, second = crowd.visitor(), crowd.visitor()
    for one in (first, second):
        assert one.get("/signin").status_code == 503
        crowd.seconds += 0.1
    crowd.leaves()
    crowd.seconds += COMES_BACK
    assert first.get("/signin").status_code == 200
    assert first.cookie("place") == ""
    assert first.cookie("pass").startswith("begun.")
    crowd.comes(6)
    assert second.get("/signin").status_code == 503, "there is no room again"
    assert first.get("/signin").status_code == 200, "but for who has begun"
    crowd.leaves()


def test_those_who_wait_are_let_in_in_the_order_in_which_they_came(crowd: Crowd) -> None:
    crowd.comes(6)
    waiting = [crowd.visitor(f"10.0.0.{number}") for number in range(30)]
    for one in waiting:
        assert one.get("/").status_code == 503
        crowd.seconds += 0.01
    crowd.leaves()
    let_in: list[int] = []
    for _look in range(20):
        crowd.seconds += 1
        still = sorted(set(range(30)) - set(let_in))
        let_in += [number for number in still if waiting[number].get("/").status_code == 200]
    assert let_in == list(range(30))


def test_the_id_is_kept_but_never_the_password(crowd: Crowd) -> None:
    person = crowd.resident.add(active=True)
    crowd.comes(6)
    stranger = crowd.visitor()
    answer = stranger.post(
        "/signin/submit", {"login_id": person.login_id, "password": person.password}
    )
    assert answer.status_code == 503
    assert answer.headers["refresh"] == f"{COMES_BACK}; url=/signin"
    kept = " ".join(f"{name}={value}" for name, value in stranger.http.cookies.items())
    everything = kept + answer.text
    for secret in (person.password, person.password.replace(" ", ""), person.login_id):
        assert secret not in everything
    crowd.leaves()
    crowd.seconds += COMES_BACK
    form = stranger.open("/signin")
    assert person.login_id in form.text.replace(" ", "")
    assert person.password not in form.text


def test_nothing_but_a_readable_id_is_kept(crowd: Crowd) -> None:
    crowd.comes(6)
    for typed in ("12345", "", "9" * 20_000):
        stranger = crowd.visitor()
        assert stranger.post("/signin/submit", {"login_id": typed}).status_code == 503
        assert stranger.cookie("letter_id") == ""
    crowd.leaves()


def test_nobody_past_the_password_is_turned_away(crowd: Crowd) -> None:
    person = crowd.resident.add(active=True)
    owner = crowd.signed_in(person)
    assert owner.cookie("pass").startswith("signed_in.")
    crowd.comes(6)
    assert owner.get("/signin/code").status_code == 200
    assert crowd.visitor().get("/signin").status_code == 503
    crowd.leaves()


def test_a_form_that_somebody_fills_is_taken_before_strangers(crowd: Crowd) -> None:
    person = crowd.resident.add(active=True)
    visitor = crowd.visitor()
    visitor.open("/signin")
    crowd.comes(6)
    answer = visitor.post(
        "/signin/submit", {"login_id": person.login_id, "password": person.password}
    )
    assert answer.headers["location"] == "/signin/code"
    crowd.leaves()


def test_another_form_that_cannot_be_taken_says_so_and_how_to_send_it_again(
    sqlite_resident: Resident,
) -> None:
    crowd = Crowd(sqlite_resident, Rooms(new=2, begun=2))
    visitor = crowd.visitor()
    visitor.open("/lost/stop/letter")
    crowd.comes(2)
    answer = visitor.post("/lost/stop/letter/submit", {"login_id": "x"})
    assert answer.status_code == 503
    assert "まだ受け付けていません" in answer.text
    assert "refresh" not in answer.headers
    assert answer.headers["retry-after"] == "60"
    crowd.leaves()


def test_forged_old_and_borrowed_passes_and_places_are_worth_nothing(crowd: Crowd) -> None:
    person = crowd.resident.add(active=True)
    owner = crowd.signed_in(person)
    begun = crowd.visitor()
    begun.open("/signin")
    held_before = begun.cookie("pass")
    crowd.comes(6)
    forged = owner.cookie("pass")[:-1] + ("0" if owner.cookie("pass")[-1] != "0" else "1")
    later = re.sub(r"\.(\d+)\.", lambda m: f".{int(m[1]) + 1}.", held_before)
    further = held_before.replace("begun", "signed_in")
    for value in (forged, later, further, "begun", "signed_in..", "x.1.y", held_before + "\x00"):
        stranger = crowd.visitor()
        stranger.http.cookies.set("pass", value, domain="127.0.0.1")
        assert stranger.get("/signin").status_code == 503, value
    elsewhere = crowd.visitor(CARRIER)
    elsewhere.http.cookies.set("pass", held_before, domain="127.0.0.1")
    assert elsewhere.get("/signin").status_code == 503, "of another network"
    assert begun.get("/signin").status_code == 200
    crowd.seconds += 15 * 60 + 1
    assert begun.get("/signin").status_code == 503, "too old"
    crowd.leaves()


def test_a_place_of_another_process_counts_from_when_it_was_given_out(crowd: Crowd) -> None:
    other = Crowd(crowd.resident)
    crowd.comes(6)
    other.comes(6)
    early = crowd.visitor()
    early.get("/")
    crowd.seconds, other.seconds = crowd.seconds + 30, other.seconds + 30
    for number in range(20):
        other.visitor(f"10.0.0.{number}").get("/")
    other.leaves()
    other.seconds += 2
    moved, late = other.visitor(), other.visitor(CARRIER)
    moved.http.cookies.set("place", early.cookie("place"), domain="127.0.0.1")
    assert moved.get("/").status_code == 200
    forged = early.cookie("place").replace(".", ".1", 1)
    late.http.cookies.set("place", forged, domain="127.0.0.1")
    other.comes(6)
    assert late.get("/").status_code == 503
    assert late.cookie("place") != forged
    crowd.leaves()
    other.leaves()


def test_a_flood_from_one_network_fills_neither_the_line_nor_the_room(crowd: Crowd) -> None:
    flood = [crowd.visitor(CARRIER) for _one in range(300)]
    crowd.comes(6)
    for one in flood:
        assert one.get("/").status_code == 503
    assert crowd.room.length <= OF_ONE_NETWORK
    crowd.leaves()
    crowd.seconds += COMES_BACK
    assert crowd.visitor().get("/").status_code == 200, "another network's turn comes"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/css/portal.css"])
def test_machines_and_files_never_wait(crowd: Crowd, path: str) -> None:
    crowd.comes(6)
    assert crowd.visitor().get(path).status_code != 503
    crowd.leaves()


@pytest.mark.parametrize("code", list(CODES))
def test_the_page_is_in_the_readers_language_and_the_choice_is_kept(
    crowd: Crowd, code: str
) -> None:
    crowd.comes(6)
    stranger = crowd.visitor()
    page = stranger.open(f"/?lang={code}")
    assert page.status_code == 503
    assert f'<html lang="{html_lang(CODES[code])}"' in page.text
    assert stranger.cookie("lang") == code
    assert page.text.count("<h1>") == 1
    crowd.leaves()


def test_with_the_setting_0_nobody_ever_waits(sqlite_resident: Resident) -> None:
    crowd = Crowd(sqlite_resident, Rooms(new=0))
    crowd.comes(30)
    assert crowd.visitor().get("/").status_code == 200
    crowd.leaves()


def test_the_metrics_say_how_many_were_asked_to_wait(sqlite_resident: Resident) -> None:
    meter = NotedMeter()
    crowd = Crowd(replace(sqlite_resident, site=replace(sqlite_resident.site, meter=meter)))
    crowd.comes(6)
    for number in range(3):
        crowd.visitor(f"10.0.0.{number}").get("/")
    assert (meter.asked, meter.length) == (3, 3)
    crowd.leaves()
    crowd.seconds += COMES_BACK
    crowd.visitor().get("/")
    assert meter.asked == 3


def test_forms_that_are_sent_slowly_on_purpose_make_nobody_wait(crowd: Crowd) -> None:
    slow = [crowd.visitor(f"192.0.2.{one}") for one in range(12)]
    whole, waits = asyncio.Event(), asyncio.Semaphore(0)

    async def drop_by_drop() -> AsyncIterator[bytes]:
        yield b"login_id="
        waits.release()
        await whole.wait()
        yield b"1"

    async def sent() -> list[asyncio.Task[httpx.Response]]:
        head = {"content-type": "application/x-www-form-urlencoded"}
        going = [
            asyncio.ensure_future(
                one.http.post("/signin/submit", content=drop_by_drop(), headers=head)
            )
            for one in slow
        ]
        for _one in slow:
            await waits.acquire()
        return going

    async def ended(going: list[asyncio.Task[httpx.Response]]) -> None:
        whole.set()
        await asyncio.gather(*going)

    going = crowd.resident.loop.run(sent())
    assert crowd.visitor().get("/signin").status_code == 200
    crowd.resident.loop.run(ended(going))


def test_a_request_that_fails_leaves_the_room_all_the_same(crowd: Crowd) -> None:
    for _time in range(10):
        assert crowd.visitor().get("/nowhere").status_code == 404
        assert crowd.visitor().post("/signin/submit", {"login_id": "x"}).status_code in {403, 422}
    assert crowd.visitor().get("/signin").status_code == 200
