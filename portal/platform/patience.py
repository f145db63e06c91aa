"""How long one request may wait in all: for a thread, a connection, locks and statements.

The server's own limits hold for one statement. A request has many, and a line or a pooler that says
nothing has no limits at all.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.queue import Queue

GRACE = 0.2
"""Seconds after the end in which the server may say itself that it gave up, and take back.

A connection that is cut instead is lost to the pool.
"""
LEAST = 0.001
"""The shortest limit in seconds; to a server 0 is none."""
INTERVAL = 0.1
T = TypeVar("T")


class PatienceEndedError(PoolTimeoutError):
    """A request waited too long already to ask the database for anything more."""


@dataclass(slots=True)
class Patience:
    """What one request may wait in all, and has waited, in seconds."""

    limit: float
    spent: float = 0.0


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def one_request(limit: float, waited: float) -> Iterator[None]:
    """Let everything in the block wait ``limit`` seconds in all; 0 is without an end.

    ``waited`` are those that the request waited before.
    """
    token = _patience.set(Patience(limit, waited) if limit else None)
    try:
        yield
    finally:
        _patience.reset(token)


def within(seconds: float) -> float:
    """Return a limit in seconds (0 is none), or what is left of the request if that is less."""
    current = _patience.get()
    if current is None:
        return seconds
    left = max(current.limit - current.spent, LEAST)
    return min(seconds, left) if seconds else left


def check() -> None:
    """Refuse to begin anything that nobody waits for.

    Raises:
        PatienceEndedError: the request has waited as long as it may.
    """
    current = _patience.get()
    if current is not None and current.spent >= current.limit:
        raise PatienceEndedError


@contextmanager
def _spending(current: Patience) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        current.spent += time.monotonic() - began


@contextmanager
def turn(lock: "threading.RLock", seconds: float) -> Iterator[None]:
    """Hold a lock for the block; wait for it so long at most, and no longer than the request may.

    Raises:
        PatienceEndedError: it did not become free.
    """
    current = _patience.get()
    with nullcontext() if current is None else _spending(current):
        free = lock.acquire(timeout=within(seconds))
    if not free:
        raise PatienceEndedError
    try:
        yield
    finally:
        lock.release()


class _PatientQueue(Queue[Any]):
    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Wait for a free connection, at most as long as the request may."""
        current = _patience.get()
        if current is None or not block or timeout is None:
            return super().get(block, timeout)
        with _spending(current):
            return super().get(block, within(timeout))


class PatientPool(QueuePool):
    """A pool in which no request waits longer than it may."""

    _queue_class = _PatientQueue


class PatientConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that is cut when the server has not answered and the request must be."""

    def wait(self, gen: PQGen[T], interval: float = INTERVAL, timeout: float | None = None) -> T:
        """Wait for the server as long as the request may, and a little longer.

        Raises:
            psycopg.OperationalError: it has not answered; the connection is closed.
        """
        current = _patience.get()
        if current is None:
            return super().wait(gen, interval, timeout)
        left = max(current.limit + GRACE - current.spent, 0.0)
        try:
            with _spending(current):
                return super().wait(gen, interval, left if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.info.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise
