"""What a sender is, why sending may fail, and the circuit breaker for a broken server."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from portal.domain.people.notices.services import Claim


class SendFailedError(Exception):
    """The server did not accept the message.

    ``reason`` is one word; ``permanent``: it never will.
    """

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class Sender(Protocol):
    """Sends messages of one kind."""

    keeps_body: bool

    def capacity(self, free: int, running: int) -> int:
        """Return how many of ``free`` messages may be tried now, beside those that run."""
        ...

    def send(self, message: Claim) -> None:
        """Hand the message over.

        Raises:
            SendFailedError: it was not, or perhaps not, accepted.
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
