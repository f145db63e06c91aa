"""People who sign in at a stated rate, whether or not the site keeps up with them."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from portal.platform.database import Database
from tests.support.coupons import FULL_PRICE
from tests.support.people import Person, add_person
from tests.support.resident import NOON, TOKEN

PROXY = {"PORTAL_TRUSTED_PROXIES": "127.0.0.1"}
"""What a site needs to believe where these people come from."""
CROWD = 200
PRESSES = 60
SHARED, CARRIERS = 3, 4
"""Every third comes through a mobile network, of which four have an address each."""


def add_people(database: Database, count: int) -> list[Person]:
    """Add people who have signed in before, with passwords at the full price."""
    return [
        add_person(database, NOON, vault=FULL_PRICE, number=f"96{number:08}", active=True)
        for number in range(count)
    ]


def mostly_apart(number: int) -> str:
    """Return an address of one's own, or of the mobile network that it goes through."""
    if number % SHARED == 0:
        return f"198.51.{number // SHARED % CARRIERS}.1"
    return f"10.{number // 250}.{number % 250}.1"


def all_together(_number: int) -> str:
    """Return the address of a place that all come from."""
    return "198.51.100.1"


@dataclass
class SignIns:
    """Arrivals at a rate, each of whom presses again a second after a 503, as the page says.

    Attributes:
        sites: Any of them is asked.
        people: Who comes.
        rate: How many begin in a second.
        address_of: Where each comes from, as a proxy writes it.
        places: Where each ended; a status where that was no redirection.
        statuses: How often each answer to ID and password came; 0 is a broken connection.
        took: Seconds of each answer to ID and password.
    """

    sites: Sequence[str]
    people: Sequence[Person]
    rate: float
    address_of: Callable[[int], str] = mostly_apart
    places: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def start(self) -> "SignIns":
        """Let them begin to come."""
        self._thread = threading.Thread(target=self._arrive, daemon=True)
        self._thread.start()
        return self

    def finish(self, seconds: float = 300) -> "SignIns":
        """Wait until each is in or was refused."""
        assert self._thread is not None
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"{self.places}, {self.statuses}"
        return self

    def check(self) -> None:
        """Fail the test unless all got to the code, and nobody was told to wait or of a fault."""
        assert set(self.places) == {"/signin/code"}, (self.places, self.statuses)
        assert not {429, 500} & set(self.statuses), self.statuses

    def within(self, share: float) -> float:
        """Return the time, in seconds, within which this share of the answers came."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    def _arrive(self) -> None:
        with ThreadPoolExecutor(CROWD) as crowd:
            begun, coming = time.monotonic(), list[Future[str]]()
            for number, person in enumerate(self.people):
                time.sleep(max(0.0, begun + number / self.rate - time.monotonic()))
                coming.append(crowd.submit(self._sign_in, number, person))
            self.places.update(one.result() for one in coming)

    def _sign_in(self, number: int, person: Person) -> str:
        known = {"login_id": person.login_id, "password": person.password}
        said = {"x-forwarded-for": self.address_of(number)}
        with httpx.Client(timeout=120, headers=said) as browser:
            for press in range(PRESSES):
                site = self.sites[(number + press) % len(self.sites)]
                answer = self._press(browser, site, known)
                if answer is not None and answer.status_code != 503:
                    return str(answer.headers.get("location", answer.status_code))
                time.sleep(1)
        return "gave up"

    def _press(
        self, browser: httpx.Client, site: str, known: dict[str, str]
    ) -> httpx.Response | None:
        """Open the page and send ID and password; None where no form came."""
        try:
            tokens = TOKEN.findall(browser.get(f"{site}/signin").text)
            if not tokens:
                return None
            begun = time.monotonic()
            answer = browser.post(f"{site}/signin/submit", data=known | {"form_token": tokens[-1]})
        except httpx.HTTPError:
            with self._lock:
                self.statuses[0] += 1
            return None
        with self._lock:
            self.took.append(time.monotonic() - begun)
            self.statuses[answer.status_code] += 1
        return answer
