"""The families and colleagues of an opening day, in a process of their own.

Each comes at its own time, however busy the site is, and does what people do: open, mistype, sign
in, look, reload, and wait in line when asked to. Reads a plan from standard input, writes every
answer to standard output, both JSON.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pyotp

from tests.bench.driving import Driven, answer
from tests.bench.generator import CANARY, LOST, TOKEN

PATIENCE = 60.0
"""Seconds until a request counts as lost."""
FILES = re.compile(r'(?:href|src)="(/static/[^"]+)"')
MISTYPES = 0.3
"""So many of those who sign in mistype their password once."""
SLOW = "/signin/wait"
"""Where a browser that was never here waits while many sign-ins fail."""
READS = (0.3, 1.5)
"""Seconds between two presses: at least, at most."""


@dataclass(frozen=True, slots=True)
class Family:
    """Who comes: the number in their names, and what they hold."""

    number: int
    login_id: str
    password: str
    secret: str


@dataclass(frozen=True, slots=True)
class Plan:
    """An opening day.

    Attributes:
        resident: Address of the resident site.
        staff: Address of the staff site.
        families: Who comes, in this order, again from the first when all were there.
        agents: Cookie and hidden token of each colleague who searches.
        rate: Families a second.
        seconds: How long they come.
        searches: Searches a second.
        flood: Requests a second from three addresses that want nothing but to be in the way.
        offset: How far the sites' clock is from this machine's, in seconds.
        seed: The same seed brings the same day.
    """

    resident: str
    staff: str
    families: list[Family]
    agents: list[tuple[str, str]]
    rate: float
    seconds: float
    searches: float
    flood: float
    offset: float
    seed: int


@dataclass(slots=True)
class Seen(Driven):
    """What was answered.

    Attributes:
        answers: Each answer: seconds since the start, what was asked, status, milliseconds.
        journeys: Each family that came to its coupon: when it came, how many seconds it took.
        wrong: Answers that nobody should have got, by what was asked, status and place.
        foreign: Pages that showed another household's name.
        gave_up: Families that did not come to their coupon.
    """

    answers: list[tuple[float, str, int, float]] = field(default_factory=list)
    journeys: list[tuple[float, float]] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=dict)
    foreign: int = 0
    gave_up: int = 0


class GaveUpError(Exception):
    """A family got an answer with which it cannot go on."""


@dataclass
class Day:
    """What all share."""

    plan: Plan
    client: aiohttp.ClientSession
    seen: Seen = field(default_factory=Seen)
    begun: float = field(default_factory=time.perf_counter)

    def now(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.begun


@dataclass
class Browser:
    """One browser, with its network's address."""

    day: Day
    address: str
    site: str
    canary: int = 0
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    text: str = ""
    place: str = ""

    async def ask(self, name: str, path: str, form: dict[str, str] | None = None) -> int:
        """Send a request and return its status; what the page says is kept."""
        began = time.perf_counter()
        try:
            answer = await self.day.client.request(
                "GET" if form is None else "POST",
                self.site + path,
                data=None if form is None else form | {"form_token": self.token},
                headers={
                    "cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
                    "x-forwarded-for": self.address,
                },
                allow_redirects=False,
            )
            body = await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            self._note(name, LOST, began)
            return LOST
        for key, kept in answer.cookies.items():
            self.cookies[key] = kept.value
        self.place = answer.headers.get("location", "")
        waits = answer.headers.get("refresh", "")
        if answer.status == 503 and waits:
            name = "waits"
        elif answer.status == 503 and name.endswith("password"):  # all places for hashes are taken
            name, waits = "busy", answer.headers.get("retry-after", "")
        self._note(name, answer.status, began)
        if answer.content_type == "text/html":
            self._read(body.decode("utf-8", "replace"))
        if waits and self.place == "":
            self.place = f"wait {waits.partition(';')[0]}"
        return answer.status

    def _read(self, text: str) -> None:
        self.text = text
        if found := TOKEN.findall(text):
            self.token = found[-1]
        if any(int(number) != self.canary for number in CANARY.findall(text)):
            self.day.seen.foreign += 1

    def _note(self, name: str, status: int, began: float) -> None:
        took = (time.perf_counter() - began) * 1000
        self.day.seen.answers.append((round(self.day.now(), 3), name, status, round(took, 1)))

    async def opens(self, name: str, path: str) -> None:
        """Open a page, however long one has to wait in line for it."""
        while await self._waits(got := await self.ask(name, path)):
            pass
        self.must("", 200, name, got)

    async def sends(self, name: str, path: str, form: dict[str, str], to: str) -> None:
        """Fill and send a form; whoever has to wait first fills it again afterwards."""
        while await self._waits(got := await self.ask(name, path, form)):
            await self.opens(f"{name} form", "/signin")
        if got == 303 and self.place == SLOW:
            got = await self.goes_on(name)
        self.must(to, 303, name, got)

    async def goes_on(self, name: str) -> int:
        """Wait the ten seconds of slow mode and press its button; return the answer's status."""
        while True:
            await self.ask(f"{name} slowed", SLOW)
            await self._pauses()
            got = await self.ask(name, f"{SLOW}/submit", {})
            if self.place != SLOW:
                return got

    async def _waits(self, status: int) -> bool:
        """Wait where the last answer asked for it, as its page does by itself."""
        asked = status == 503 and self.place.startswith("wait ")
        if asked:
            await self._pauses()
        return asked

    async def _pauses(self) -> None:
        await asyncio.sleep(float(self.place.removeprefix("wait ") or 0))

    def must(self, to: str, status: int, name: str, got: int) -> None:
        """Go on only where the answer leads on.

        Raises:
            GaveUpError: it does not.
        """
        if got == status and self.place.startswith(to):
            return
        wrong = f"{name} {got} {self.place}"
        self.day.seen.wrong[wrong] = self.day.seen.wrong.get(wrong, 0) + 1
        raise GaveUpError


class Journey:
    """A family from the first page to its coupon."""

    def __init__(self, day: Day, family: Family, chance: random.Random) -> None:
        self._day, self._family, self._chance = day, family, chance
        number = family.number
        address = f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250 + 1}"
        self._browser = Browser(day, address, day.plan.resident, number)

    async def play(self) -> None:
        """Come, and get to the coupon or give up."""
        came, began = self._day.now(), time.perf_counter()
        try:
            await self._sign_in()
            await self._coupon()
        except GaveUpError:
            self._day.seen.gave_up += 1
        else:
            self._day.seen.journeys.append((round(came, 2), round(time.perf_counter() - began, 2)))

    async def _reads(self) -> None:
        await asyncio.sleep(self._chance.uniform(*READS))

    async def _sign_in(self) -> None:
        browser, family = self._browser, self._family
        await browser.opens("landing", "/")
        for path in sorted(set(FILES.findall(browser.text)))[:4]:
            await browser.ask("static", path)
        await self._reads()
        await browser.opens("form", "/signin")
        await self._reads()
        if self._chance.random() < MISTYPES:
            wrong = {"login_id": family.login_id, "password": "CDFG HJKL MNPQ"}
            got = await browser.ask("wrong password", "/signin/submit", wrong)
            if got == 303 and browser.place == SLOW:
                got = await browser.goes_on("wrong password")
            if got == 503:
                await browser.opens("form", "/signin")
            elif got != 422:
                browser.must("", 422, "wrong password", got)
            await self._reads()
        typed = {"login_id": family.login_id, "password": family.password}
        await browser.sends("password", "/signin/submit", typed, "/signin/code")
        await browser.opens("code form", "/signin/code")
        await self._reads()
        now = datetime.now(UTC) + timedelta(seconds=self._day.plan.offset)
        code = {"code": pyotp.TOTP(family.secret).at(now)}
        await browser.sends("code", "/signin/code/submit", code, "/home")

    async def _coupon(self) -> None:
        browser = self._browser
        await browser.opens("home", "/home")
        await self._reads()
        await browser.sends("first showing", "/coupon/1/reveal", {}, "/coupon/1")
        await browser.opens("coupon", "/coupon/1")
        await browser.ask("QR picture", "/coupon/1/picture.png")
        for _reload in range(2):
            await self._reads()
            await browser.opens("coupon", "/coupon/1")


async def _search(day: Day, number: int) -> None:
    cookie, token = day.plan.agents[number % len(day.plan.agents)]
    name, _equals, value = cookie.partition("=")
    browser = Browser(day, "127.0.0.1", day.plan.staff, 1, {name: value}, token)
    form = {"name": "金糸雀1", "form_key": f"day{number}"}
    got = await browser.ask("staff search", "/desk/search", form)
    if got != 303:
        day.seen.wrong[f"staff search {got}"] = day.seen.wrong.get(f"staff search {got}", 0) + 1
        return
    await browser.ask("staff found", "/desk")


async def _flood(day: Day, number: int) -> None:
    browser = Browser(day, f"198.51.100.{number % 3 + 1}", day.plan.resident)
    if number % 2:
        await browser.ask("flood", "/signin")
        return
    form = {"login_id": f"{number:010}", "password": "x"}
    await browser.ask("flood", "/signin/submit", form)


async def _at_a_rate(day: Day, rate: float, come: Callable[[int], Awaitable[None]]) -> None:
    """Let one after another begin at a steady rate, whatever became of those before."""
    running: set[asyncio.Future[None]] = set()
    for number in range(int(rate * day.plan.seconds)):
        await asyncio.sleep(max(0.0, number / rate - day.now()))
        task = asyncio.ensure_future(come(number))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


async def play(plan: Plan) -> Seen:
    """Let the day pass."""
    chance = random.Random(plan.seed)
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=timeout,
    ) as client:
        day = Day(plan, client)
        families = plan.families

        async def family(number: int) -> None:
            await Journey(day, families[number % len(families)], chance).play()

        async def search(number: int) -> None:
            await _search(day, number)

        async def flood(number: int) -> None:
            await _flood(day, number)

        kinds = ((plan.rate, family), (plan.searches, search), (plan.flood, flood))
        await asyncio.gather(*(_at_a_rate(day, rate, come) for rate, come in kinds if rate))
        return day.seen


def read_plan(text: str) -> Plan:
    """Return the plan that a text holds."""
    given = json.loads(text)
    families = [Family(**one) for one in given.pop("families")]
    agents = [(cookie, token) for cookie, token in given.pop("agents")]
    return Plan(families=families, agents=agents, **given)


if __name__ == "__main__":
    answer(read_plan, play)
