"""A stand-in for the call center's telephone system: tells the demo's site of invented calls.

It signs as the guide ``telephone-system.md`` asks. The one number that it shows is the sample
number of the guides; all other callers withhold theirs.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping

import httpx
from msgspec import Struct

from portal.domain.contacts.floor.plan import Planned, save_plan
from portal.domain.contacts.floor.seats import take_seat
from portal.domain.contacts.floor.signing import signature_of
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.contacts.telephony.queries import open_halves
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import jst_date
from portal.platform.floor_events import EVENTS_PATH
from portal.platform.site import Site
from portal.settings import Settings

LOG = logging.getLogger("portal.demo")
KEY = "demo"
CALLER = "090-1234-5678"
SEATS = ("101", "102", "103")
"""The first one is that of the agent, and of every call with a number."""
MINUTE = 60
_WAITING, _RINGING, _ANSWERED, _ABANDONED, _ENDED = LineEvent


class Step(Struct, frozen=True):
    """What is told of a call, so many seconds after its minute began."""

    second: int
    call: str
    kind: LineEvent
    extension: str = ""
    caller: str = ""

    def body(self, now: float) -> bytes:
        """Return the event as it is posted at an instant (seconds since 1970)."""
        told = {"call": self.call, "event": self.kind.value, "at": int(now)}
        more = {"extension": self.extension, "caller": self.caller}
        return json.dumps(told | {name: text for name, text in more.items() if text}).encode()


def steps_of(run: str, minute: int) -> list[Step]:
    """Return what happens in a minute since the start; the calls' names begin with ``run``."""
    short, other = f"{run}-{minute}-a", f"{run}-{minute}-b"
    steps = [
        Step(4, short, _WAITING),
        Step(8, short, _RINGING, SEATS[1]),
        Step(12, short, _ANSWERED, SEATS[1]),
        Step(55, short, _ENDED),
        Step(10, other, _WAITING),
    ]
    if minute % 3 == 2:
        steps.append(Step(40, other, _ABANDONED))
    else:
        steps += [Step(30, other, _ANSWERED, SEATS[2]), Step(58, other, _ENDED)]
    named = f"{run}-{minute // 3}-c"
    if minute % 3 == 0:
        steps += [
            Step(0, named, _WAITING, caller=CALLER),
            Step(2, named, _RINGING, SEATS[0]),
            Step(15, named, _ANSWERED, SEATS[0]),
        ]
    elif minute % 3 == 2:
        steps.append(Step(50, named, _ENDED))
    return sorted(steps, key=lambda step: step.second)


def headers_of(secret: str, event: str, body: bytes, now: float) -> Mapping[str, str]:
    """Return the headers that sign an event, as the guide says."""
    seconds = str(int(now))
    return {
        "Content-Type": "application/json",
        "X-Telephone-Key": KEY,
        "X-Telephone-Time": seconds,
        "X-Telephone-Event": event,
        "X-Telephone-Signature": signature_of(secret, seconds, event, body),
    }


class TelephoneSystem:
    """Tells of calls in a thread of the demo's own process, until it is stopped."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.public_url}{EVENTS_PATH}"
        self._secret = settings.telephone_keys[KEY]
        self._ahead = settings.clock_offset.total_seconds()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="telephone-system", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell of nothing more."""
        self._stopped.set()
        self._thread.join(5)

    def _tell(self) -> None:
        began = time.time()
        with httpx.Client(timeout=5) as client:
            for due, number, step in _endless(str(int(began))):
                if self._stopped.wait(max(0.0, began + due - time.time())):
                    return
                now = time.time() + self._ahead
                body = step.body(now)
                signed = headers_of(self._secret, f"{step.call}-{number}", body, now)
                try:
                    client.post(self._url, content=body, headers=dict(signed))
                except httpx.HTTPError as error:
                    LOG.warning("telephone system: %s", type(error).__name__)


def _endless(run: str) -> Iterator[tuple[int, int, Step]]:
    minute, number = 0, 0
    while True:
        for step in steps_of(run, minute):
            number += 1
            yield minute * MINUTE + step.second, number, step
        minute += 1


def staff_the_floor(site: Site, people: tuple[Actor, ...], planner: Actor) -> None:
    """Let people of the demo sit at its seats, and plan its day."""
    for person, seat in zip(people, SEATS, strict=False):
        with site.database.write() as session:
            take_seat(site.work(session, person), seat)
    with site.database.write() as session:
        work = site.work(session, planner)
        today = jst_date(work.now)
        halves = range(*(open_halves(site.program.calendar, today) or (18, 34)))
        save_plan(work, today, {half: Planned(4, 40 + half % 4 * 10) for half in halves})
