"""The load of the laboratory: families that decline, and do not give up until they have a receipt.

Each sends the same form with the same key, to whichever site answers, until it is acknowledged, as
the page that they get then tells them. Half of them take it back again.
"""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx

from portal.domain.foundation.vault import Vault
from portal.domain.letters.announcements.reach import Medium
from portal.domain.people.authn import sessions
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.codes import add_authenticator
from portal.platform.database import Database
from portal.platform.http.cookies import form_token
from tests.support.coupons import VAULT
from tests.support.people import Person, add_person, give_coupons
from tests.support.resident import session_cookies, start_session
from tests.support.work import work_in

CHILDREN = 2
RECEIPT = re.compile(r"/decline/received/([A-Z0-9-]+)")
AWAY = frozenset({502, 503, 504})
"""Answers after which the same form is sent again."""
TRIES = 400
PAUSE = 0.25


@dataclass
class Family:
    """A household that declines in a browser, and is told by SMS where it has a telephone."""

    person: Person
    token: str
    receipt: str = ""
    withdrawn: bool = False
    has_telephone: bool = False


def add_families(database: Database, folder: Path, count: int, now: datetime) -> list[Family]:
    """Add households with coupons and a telephone, each signed in already."""
    people = [
        add_person(database, now, number=f"97{number:08}", active=True, children=CHILDREN)
        for number in range(count)
    ]
    give_coupons(database, folder, now, count=count * CHILDREN + 10)
    _give_telephones(database, people, now)
    return [
        Family(person, start_session(database, person, now), has_telephone=True)
        for person in people
    ]


def _give_telephones(database: Database, people: Sequence[Person], now: datetime) -> None:
    """Prove a telephone beside the app, which gives the codes: what happens is told by SMS."""
    with database.write() as session:
        for place, person in enumerate(people):
            source = add_authenticator(
                work_in(session, now=now), person.credential_id, Medium.SMS, f"+8190{place:08}"
            )
            source.state, source.confirmed_at = SourceState.CONFIRMED, now


@dataclass
class Load:
    """Families at work, and what they saw.

    Attributes:
        sites: The addresses of the sites, of which any may be asked.
        families: Who declines.
        offset: How far the sites' clock is from this machine's.
        clients: How many work at once.
        rate: How many families come in a second, whether or not the sites keep up (0: the next one
            when a client is free); each sends three or four forms.
        thinking: Seconds that a family looks at a page before it sends the next form.
        vault: The keys that sign the families' forms.
        statuses: How often each answer came; 0 is a connection that failed.
        outcomes: What the pages said became of a form, by the word in their header.
        slowest: The longest that a request took, in seconds.
        acknowledged: When receipts were shown, by the monotonic clock.
        written: When any form was carried out, by the same clock.
    """

    sites: Sequence[str]
    families: Sequence[Family]
    offset: timedelta
    clients: int = 3
    seed: int = 0
    thinking: float = 0.0
    rate: float = 0.0
    vault: Vault = VAULT
    statuses: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    acknowledged: list[float] = field(default_factory=list)
    written: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    begun: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> "Load":
        """Start the clients."""
        self._open.set()
        self.begun = time.monotonic()
        waiting = list(self.families)
        self._threads = [
            threading.Thread(target=self._work, args=(waiting, number), daemon=True)
            for number in range(self.clients)
        ]
        for thread in self._threads:
            thread.start()
        return self

    @property
    def done(self) -> int:
        """How many families have their receipt."""
        return len(self.acknowledged)

    def wait_for(self, count: int, seconds: float = 300) -> None:
        """Return when so many families have a receipt."""
        until = time.monotonic() + seconds
        while self.done < count and self._alive():
            assert time.monotonic() < until, f"{self.done} of {count}: {self.statuses}"
            time.sleep(0.02)

    def finish(self, seconds: float = 300) -> "Load":
        """Wait until every family has its receipt."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        assert not self._alive(), f"{self.done} of {len(self.families)}: {self.statuses}"
        assert not self.faults, self.faults
        return self

    def longest_gap(self) -> float:
        """Return the longest time, in seconds, in which no form was carried out."""
        times = sorted(self.written)
        return max((b - a for a, b in pairwise(times)), default=0.0)

    def gap_after(self, moment: float) -> float:
        """Return the longest time in which no form was carried out, from the last before it on."""
        times = sorted(self.written)
        before = [one for one in times if one <= moment]
        seen = [*before[-1:], *(one for one in times if one > moment)]
        return max((b - a for a, b in pairwise(seen)), default=0.0)

    def first_after(self, moment: float) -> float:
        """Return after how many seconds from a moment on a form was carried out."""
        return min((one for one in self.written if one > moment), default=float("inf")) - moment

    def forms_per_second(self) -> float:
        """Return how many forms were carried out in a second, from the first to the last."""
        return len(self.written) / max(max(self.written) - min(self.written), 1.0)

    def pause(self) -> None:
        """Let nobody begin for a while; who has begun goes on."""
        self._open.clear()

    def go_on(self) -> None:
        """End the pause."""
        self._open.set()

    def _alive(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _work(self, waiting: list[Family], number: int) -> None:
        dice = random.Random(self.seed * 100 + number)
        while self._open.wait():
            with self._lock:
                if not waiting:
                    return
                family = waiting.pop(0)
                number = len(self.families) - len(waiting) - 1
            if self.rate:
                time.sleep(max(0.0, self.begun + number / self.rate - time.monotonic()))
            try:
                _Visit(self, family, dice).play()
            except Exception as error:  # noqa: BLE001  (a thread's fault is the test's)
                self.faults.append(f"{type(error).__name__}: {error}")
                return

    def noted(self, status: int, outcome: str = "") -> None:
        """Count an answer."""
        with self._lock:
            self.statuses[status] += 1
            if outcome:
                self.outcomes[outcome] += 1


class _Visit:
    """One family's way through the decline."""

    def __init__(self, load: Load, family: Family, dice: random.Random) -> None:
        self.load, self.family, self.dice = load, family, dice
        self.http = httpx.Client(timeout=90)
        for name, value in session_cookies(family.token).items():
            self.http.cookies.set(name, value, domain="127.0.0.1")
        self.form = form_token(load.vault, sessions.token_hash(family.token).hex())

    def play(self) -> None:
        with self.http:
            self._go_on("/decline/choose/submit", {"who": "all"}, "/decline/check")
            self._go_on("/decline/check/submit", {}, "/decline/code")
            self._declare()
            if self.dice.random() < 0.5:
                self._take_back()

    def _go_on(self, path: str, data: dict[str, str], then: str) -> None:
        """Send a form that leads to the next page."""
        answer = self._send(path, data)
        came = f"{path}: {answer.status_code} {answer.headers.get('location', answer.text)}"
        assert answer.headers.get("location") == then, came

    def _declare(self) -> None:
        place = ""
        for _code in range(20):
            now = datetime.now(UTC) + self.load.offset
            answer = self._send("/decline/code/submit", {"code": self.family.person.totp(now)})
            place = f"{answer.status_code} {answer.headers.get('location', '')}"
            found = RECEIPT.search(place)
            if found:
                self.family.receipt = found[1]
                self.load.acknowledged.append(time.monotonic())
                return
            time.sleep(PAUSE)  # the code was used up or too old: a person types the next one
        raise AssertionError(f"no receipt: {place}")

    def _take_back(self) -> None:
        answer = self._send(f"/decline/withdraw/{self.family.receipt}/submit", {})
        assert answer.status_code == 303, answer.status_code
        self.family.withdrawn = True

    def _send(self, path: str, data: dict[str, str]) -> httpx.Response:
        """Send one form with one key until a site answers; nothing else is ever sent twice."""
        time.sleep(self.load.thinking)
        sent = data | {"form_token": self.form, "form_key": f"{self.dice.getrandbits(96):024x}"}
        for _try in range(TRIES):
            site = self.dice.choice(list(self.load.sites))
            asked = time.monotonic()
            try:
                answer = self.http.post(site + path, data=sent)
            except httpx.HTTPError:
                self.load.noted(0)
                time.sleep(PAUSE)
                continue
            self.load.slowest = max(self.load.slowest, time.monotonic() - asked)
            self.load.noted(answer.status_code, answer.headers.get("x-outcome", ""))
            if answer.status_code not in AWAY:
                self.load.written.append(time.monotonic())
                assert answer.status_code < 500, f"{path}: {answer.status_code}"
                return answer
            self._check_page(answer, sent, path)
            if outcome := answer.headers.get("x-outcome"):
                sent = sent | {"again": outcome, "again_from": ""}
            time.sleep(PAUSE)
        raise AssertionError(f"{path}: no answer")

    def _check_page(self, answer: httpx.Response, sent: dict[str, str], path: str) -> None:
        """The page keeps the form and its key, and shows no code."""
        told = f"{path}: {answer.status_code} {answer.headers}\n{answer.text}"
        assert answer.headers.get("retry-after"), told
        assert f'name="form_key" value="{sent["form_key"]}"' in answer.text, told
        if code := sent.get("code"):
            assert code not in answer.text, told
