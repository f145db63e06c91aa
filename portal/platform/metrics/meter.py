"""What a process counts: requests, waits, connections. No label is a person's or has their id."""

from collections.abc import Sequence
from typing import Any

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

    def log_line_lost(self) -> None:
        """Count a log line that could not be written."""

    def database_failed(self, reason: str) -> None:
        """Count a request that failed because of the database."""

    def not_ready(self, *, unready: bool) -> None:
        """Say whether this process is not ready."""

    def watch(self, engine: Engine) -> None:
        """Count the connections of an engine that are in use."""


class CountingMeter(Meter):
    """Counts for one site.

    With a registry (tests) in this process; without one in the files that a folder keeps.
    """

    def __init__(self, site: str, registry: CollectorRegistry | None = None) -> None:
        self._site = site
        labels = ["site", "method", "route", "status"]
        self._requests = self._made(Counter, registry, "requests", "Answers.", labels)
        self._seconds = self._timer(
            registry, "request_seconds", "Seconds to an answer.", ["site", "method", "route"]
        )
        threads = self._timer(registry, "thread_wait_seconds", "Waiting for a thread.", SITE)
        hashes = self._timer(registry, "hash_wait_seconds", "Waiting for Argon2.", SITE)
        self._threads, self._hashes = threads.labels(site), hashes.labels(site)
        refused = self._made(Counter, registry, "hash_refused", "Too many waited.", SITE)
        lost = self._made(Counter, registry, "log_lines_lost", "Log lines not written.", SITE)
        self._refused, self._lost = refused.labels(site), lost.labels(site)
        self._failures = self._made(
            Counter, registry, "database_failures", "Requests without it.", ["site", "reason"]
        )
        self._connections = self._live(registry, "database_connections", "In use.")
        self._unready = self._live(registry, "processes_not_ready", "Processes not ready.")
        self._live(registry, "processes", "Processes that run.").set(1)
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    @staticmethod
    def _made(
        kind: type[Any],
        registry: CollectorRegistry | None,
        name: str,
        text: str,
        labels: Sequence[str],
        **options: object,
    ) -> Any:
        return kind(f"portal_{name}", text, labels, registry=registry, **options)

    def _timer(
        self, registry: CollectorRegistry | None, name: str, text: str, labels: Sequence[str]
    ) -> Histogram:
        made: Histogram = self._made(Histogram, registry, name, text, labels, buckets=SECONDS)
        return made

    def _live(self, registry: CollectorRegistry | None, name: str, text: str) -> Gauge:
        made = self._made(Gauge, registry, name, text, SITE, multiprocess_mode="livesum")
        gauge: Gauge = made.labels(self._site)
        gauge.set(0)
        return gauge

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

    def log_line_lost(self) -> None:
        """Count a log line that could not be written."""
        self._lost.inc()

    def database_failed(self, reason: str) -> None:
        """Count a request that failed because of the database."""
        self._failures.labels(self._site, reason).inc()

    def not_ready(self, *, unready: bool) -> None:
        """Say whether this process is not ready."""
        self._unready.set(int(unready))

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
