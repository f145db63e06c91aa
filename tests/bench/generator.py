"""The load, in a process of its own: visitors with browsers, over sockets, and what they saw.

Reads one plan from standard input and writes one result to standard output, both JSON.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pyotp

from tests.bench.driving import Driven, answer

PATIENCE = 120.0
"""Seconds until a request counts as lost."""
TOKEN = re.compile(r'name="form_token" value="([0-9a-f]*)"')
CANARY = re.compile(r"金糸雀(\d+)")
"""A name that only one household has: on the page of another it is a leak."""
LOST = 0
"""The status of a request that got no answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a visit.

    Attributes:
        name: Under which it is counted.
        url: Where to.
        form: What is sent as a form, with the hidden token of the last page; None is a GET.
        status: What the answer must be.
        code_of: The secret of the app whose code is sent, as it stands at that moment.
        to: How the address must begin that a redirect leads to.
    """

    name: str
    url: str
    form: dict[str, str] | None = None
    status: int = 200
    code_of: str = ""
    to: str = ""


@dataclass(slots=True)
class Visit:
    """What one visitor does, one step after the other; a wrong answer ends it.

    Attributes:
        steps: The requests.
        cookies: What the browser holds at first.
        token: The hidden token of the page that it would have seen before.
        canary: The number in this household's names; 0 if it has none.
        at: Seconds after the start at which it begins, however busy the site is; None is as soon
            as a connection is free.
    """

    steps: list[Step]
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    canary: int = 0
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done: by so many at once, or each at its time.

    ``offset``: how far the sites' clock is from this machine's, in seconds.
    """

    visits: list[Visit]
    connections: int
    offset: float = 0.0


@dataclass(slots=True)
class Seen(Driven):
    """What was answered.

    Attributes:
        seconds: From the first request to the last answer.
        milliseconds: How long each answer took, by the name of the step; ``visit`` for whole ones.
        wrong: How often a step got another answer than it must, by name, status and place.
        done: Visits that got to their end.
        foreign: Pages that showed another household's name.
    """

    seconds: float = 0.0
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    done: int = 0
    foreign: int = 0


class _Browser:
    """One visitor's browser."""

    def __init__(self, client: aiohttp.ClientSession, visit: Visit, plan: Plan, seen: Seen) -> None:
        self._client, self._visit, self._plan, self._seen = client, visit, plan, seen

    async def play(self) -> None:
        begun = time.perf_counter()
        for step in self._visit.steps:
            if not await self._send(step):
                return
        self._seen.done += 1
        self._note("visit", begun)

    async def _send(self, step: Step) -> bool:
        begun = time.perf_counter()
        status, text, place = await self._answer(step)
        self._note(step.name, begun)
        if found := TOKEN.findall(text):
            self._visit.token = found[-1]
        if any(int(number) != self._visit.canary for number in CANARY.findall(text)):
            self._seen.foreign += 1
        if status == step.status and place.startswith(step.to):
            return True
        wrong = f"{step.name} {status} {place}"
        self._seen.wrong[wrong] = self._seen.wrong.get(wrong, 0) + 1
        return False

    async def _answer(self, step: Step) -> tuple[int, str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._visit.cookies.items())
        try:
            answer = await self._client.request(
                "GET" if step.form is None else "POST",
                step.url,
                data=self._form(step),
                headers={"cookie": cookies} if cookies else {},
                allow_redirects=False,
            )
            body = await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return LOST, "", ""
        for name, kept in answer.cookies.items():
            self._visit.cookies[name] = kept.value
        text = body.decode("utf-8", "replace") if answer.content_type == "text/html" else ""
        return answer.status, text, answer.headers.get("location", "")

    def _form(self, step: Step) -> dict[str, str] | None:
        if step.form is None:
            return None
        sent = step.form | {"form_token": self._visit.token}
        if step.code_of:
            now = datetime.now(UTC) + timedelta(seconds=self._plan.offset)
            sent["code"] = pyotp.TOTP(step.code_of).at(now)
        return sent

    def _note(self, name: str, begun: float) -> None:
        took = (time.perf_counter() - begun) * 1000
        self._seen.milliseconds.setdefault(name, []).append(took)


async def play(plan: Plan) -> Seen:
    """Let the visitors come."""
    seen = Seen()
    at_once = iter([visit for visit in plan.visits if visit.at is None])
    timeout = aiohttp.ClientTimeout(total=PATIENCE)

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=plan.connections),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=timeout,
    ) as client:

        async def pull() -> None:
            for visit in at_once:
                await _Browser(client, visit, plan, seen).play()

        async def come(visit: Visit, at: float) -> None:
            await asyncio.sleep(at)
            await _Browser(client, visit, plan, seen).play()

        begun = time.perf_counter()
        timed = [come(visit, visit.at) for visit in plan.visits if visit.at is not None]
        await asyncio.gather(*timed, *(pull() for _ in range(plan.connections)))
        seen.seconds = time.perf_counter() - begun
    return seen


def read_plan(text: str) -> Plan:
    """Return the plan that a text holds."""
    given = json.loads(text)
    visits = [
        Visit(**(one | {"steps": [Step(**step) for step in one["steps"]]}))
        for one in given["visits"]
    ]
    return Plan(visits, given["connections"], given["offset"])


if __name__ == "__main__":
    answer(read_plan, play)
