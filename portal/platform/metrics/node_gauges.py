"""What is to be known of the machine: room on its disk, certificates, the version that runs."""

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from prometheus_client import Metric

from portal.platform.metrics.certificate import certificate_ends
from portal.platform.metrics.gauges import gauge
from portal.settings import Settings

EVERY = 3600.0
AFTER_FAILURE = 300.0


class NodeGauges:
    """Room on the disk at each look; certificates once an hour."""

    def __init__(
        self, settings: Settings, version: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._version = version
        self._clock = clock
        self._due = float("-inf")
        self._ends: Mapping[str, datetime | None] = {}
        self._failed: Mapping[str, bool] = {}

    def collect(self) -> Iterable[Metric]:
        """Return the gauges of this machine."""
        yield gauge("build_info", "The version that runs.", [({"version": self._version}, 1)])
        yield from self._disk(self._settings.data_dir)
        yield from self._certificates()

    @staticmethod
    def _disk(folder: Path) -> Iterable[Metric]:
        try:
            room = shutil.disk_usage(folder)
        except OSError:
            return  # no value: the alarm for a missing one sounds
        yield gauge(
            "disk_free_bytes", "Room of the data folder.", [({"folder": "data"}, room.free)]
        )
        yield gauge("disk_size_bytes", "Size of its disk.", [({"folder": "data"}, room.total)])

    def _certificates(self) -> Iterable[Metric]:
        if self._clock() >= self._due:
            self._ask()
        yield gauge(
            "certificate_expires_timestamp_seconds",
            "When it ends.",
            [({"site": site}, at.timestamp()) for site, at in self._ends.items() if at],
        )
        yield gauge(
            "certificate_unreadable",
            "1 where it could not be read.",
            [({"site": site}, int(failed)) for site, failed in self._failed.items()],
        )

    def _ask(self) -> None:
        read = certificate_ends(self._settings)
        self._ends = {site: at or self._ends.get(site) for site, at in read.items()}
        self._failed = {site: at is None for site, at in read.items()}
        self._due = self._clock() + (AFTER_FAILURE if any(self._failed.values()) else EVERY)
