"""What carries daily work out: the machine of a worker, and how it tells how far it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from portal.domain.foundation.jobs.begun import TakenTask
from portal.domain.foundation.work import WorkSource


class Report(Protocol):
    """Takes how far a task is; may be called as often as anything moves."""

    def __call__(self, done: int, planned: int, /) -> None:
        """Note what is done of what is planned.

        Raises:
            TaskCanceledError: somebody canceled the task.
        """


class Machine(Struct, frozen=True):
    """The machine of the worker.

    Attributes:
        letters: Its folder of plain letters.
        public_url: The resident site's address, which letters open.
        own_urls: The addresses of our sites, to which a sandbox's codes may lead.
        processes: How many processes may draw; 0 where the worker runs within a site.
    """

    letters: Path
    public_url: str
    own_urls: tuple[str, ...]
    processes: int


class Errand(Struct, frozen=True):
    """A task as its kind carries it out: where, in whose name, and whom it tells.

    ``source`` acts as whoever began the task.
    """

    source: WorkSource
    machine: Machine
    task: TakenTask
    report: Report


class Done(Struct, frozen=True):
    """What a task did, in counts and keys, and the key of the sealed file that it made."""

    result: Mapping[str, Any]
    output_id: int | None = None
