"""What a sender is, why sending may fail, and the circuit breaker for a broken server."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Struct

from portal.domain.people.notices.results import DeliveryResult
from portal.domain.people.notices.services import Claim

SAID_LENGTH = 300


class SendFailedError(Exception):
    """The server did not accept the message.

    ``reason`` is one word; ``permanent``: it never will. ``said`` is what the server answered, for
    the eyes of whoever tries the way by hand; it may name the recipient and is never stored.
    """

    def __init__(self, reason: str, *, permanent: bool = False, said: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.said = said[:SAID_LENGTH]


class Way(Struct, frozen=True):
    """By which adapter messages go, and to which server: it stands in the record of the trial."""

    adapter: str
    host: str

    def __str__(self) -> str:
        return f"{self.adapter} {self.host}".strip()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message was taken over; ``provider_id`` is the server's own name for it, if it has one.

    ``said`` is what it answered, as in ``SendFailedError``.
    """

    provider_id: str = ""
    said: str = field(default="", repr=False)


class Sender(Protocol):
    """Sends messages of one kind."""

    keeps_body: bool

    @property
    def way(self) -> Way:
        """By which adapter, to which server."""
        ...

    def capacity(self, free: int, running: int) -> int:
        """Return how many of ``free`` messages may be tried now, beside those that run."""
        ...

    def send(self, message: Claim) -> Accepted:
        """Hand the message over.

        Raises:
            SendFailedError: it was not, or perhaps not, accepted.
        """
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a gateway posted to us: the address it called, its headers (lower case) and the body."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ForgedError(Exception):
    """A report is not from the gateway: its signature is missing or does not fit."""


class Receiver(Protocol):
    """Understands what the gateway of one adapter reports about its messages."""

    def results(self, report: Report) -> list[DeliveryResult]:
        """Return what a report says; an empty list is nothing that concerns us.

        Raises:
            ForgedError: the signature that only the gateway can make is missing or does not fit.
        """
        ...


class Breaker:
    """A circuit breaker: open for sixty seconds after five failures in a row.

    Then one message tests the connection (F9).
    """

    def __init__(
        self,
        failures: int = 5,
        seconds: float = 60.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._seconds = seconds
        self._monotonic = monotonic
        self._failed = 0
        self._open_until = 0.0
        self._lock = threading.Lock()

    def capacity(self, free: int, running: int) -> int:
        """Return how many messages may be tried now.

        None while open, then one alone, else all that are ``free``.
        """
        with self._lock:
            if self._failed < self._limit:
                return free
            return 0 if running or self._monotonic() < self._open_until else min(free, 1)

    def note(self, *, reached: bool) -> None:
        """Count an answer or a failure of the server."""
        with self._lock:
            self._failed = 0 if reached else self._failed + 1
            if self._failed >= self._limit:
                self._open_until = self._monotonic() + self._seconds
