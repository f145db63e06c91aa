"""What a process counts: requests, waits, connections. No label is a person's or has their id."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SITE = ["site"]
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})
NO_ROUTE = "none"


class Meter:
    """Counts nothing: what a process has that nobody watches."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; ``route`` is a template, never a path."""

    def waited_for_thread(self, seconds: float) -> None:
        """Count how long a request waited for one of the threads."""

    def waited(self, seconds: float) -> None:
        """Count how long a password waited to be compared."""

    def refused(self) -> None:
        """Count a password that was not compared: too many waited."""

    def in_line(self, length: int) -> None:
        """Say how many wait in line."""

    def log_line_lost(self) -> None:
        """Count a log line that could not be written."""

    def database_failed(self, reason: str) -> None:
        """Count a request that failed because of the database."""

    def not_ready(self, *, unready: bool) -> None:
        """Say whether this process is not ready."""

    def searchable(self, at: float) -> None:
        """Say when the search last took in all changes (Unix time).

        Not how many it can find: beside what a list shows, that number tells protected ones.
        """

    def watch(self, engine: Engine) -> None:
        """Count the connections of an engine that are in use."""


class CountingMeter(Meter):
    """Counts for one site.

    With a registry (tests) in this process; without one in the files that a folder keeps.
    """

    def __init__(self, site: str, registry: CollectorRegistry | None = None) -> None:
        self._site = site
        counter = partial(Counter, namespace="portal", registry=registry)
        timer = partial(Histogram, namespace="portal", registry=registry, buckets=SECONDS)
        live = partial(Gauge, namespace="portal", registry=registry, multiprocess_mode="livesum")
        self._requests = counter("requests", "Answers.", [*SITE, "method", "route", "status"])
        self._seconds = timer(
            "request_seconds", "Seconds to an answer.", [*SITE, "method", "route"]
        )
        self._threads = timer("thread_wait_seconds", "Waiting for a thread.", SITE).labels(site)
        self._hashes = timer("hash_wait_seconds", "Waiting for Argon2.", SITE).labels(site)
        self._refused = counter("hash_refused", "Too many waited.", SITE).labels(site)
        self._in_line = live("waiting_in_line", "Wait in line.", SITE).labels(site)
        self._lost = counter("log_lines_lost", "Log lines not written.", SITE).labels(site)
        self._failures = counter("database_failures", "Requests without it.", [*SITE, "reason"])
        self._connections = live("database_connections", "In use.", SITE).labels(site)
        self._unready = live("processes_not_ready", "Processes not ready.", SITE).labels(site)
        live("processes", "Processes that run.", SITE).labels(site).set(1)
        oldest = partial(Gauge, namespace="portal", registry=registry, multiprocess_mode="livemin")
        self._search_at = oldest("search_index_time_seconds", "Last current.", SITE)
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer by method, route and class of its status."""
        named = method if method in METHODS else "other"
        key = (named, route, status // 100)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (
                self._requests.labels(self._site, named, route, f"{status // 100}xx"),
                self._seconds.labels(self._site, named, route),
            )
        known[0].inc()
        known[1].observe(seconds)

    def waited_for_thread(self, seconds: float) -> None:
        """Count how long a request waited for one of the threads."""
        self._threads.observe(seconds)

    def waited(self, seconds: float) -> None:
        """Count how long a password waited to be compared."""
        self._hashes.observe(seconds)

    def refused(self) -> None:
        """Count a password that was not compared: too many waited."""
        self._refused.inc()

    def in_line(self, length: int) -> None:
        """Say how many wait in line."""
        self._in_line.set(length)

    def log_line_lost(self) -> None:
        """Count a log line that could not be written."""
        self._lost.inc()

    def database_failed(self, reason: str) -> None:
        """Count a request that failed because of the database."""
        self._failures.labels(self._site, reason).inc()

    def not_ready(self, *, unready: bool) -> None:
        """Say whether this process is not ready."""
        self._unready.set(int(unready))

    def searchable(self, at: float) -> None:
        """Say when the search last took in all changes (Unix time)."""
        self._search_at.labels(self._site).set(at)

    def watch(self, engine: Engine) -> None:
        """Count the connections of an engine that are in use."""

        def taken(*_parts: object) -> None:
            self._connections.set(_in_use(engine))

        def given_back(*_parts: object) -> None:
            self._connections.set(_in_use(engine) - 1)  # it is back right after this

        event.listen(engine, "checkout", taken)
        event.listen(engine, "checkin", given_back)


def _in_use(engine: Engine) -> int:
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0
