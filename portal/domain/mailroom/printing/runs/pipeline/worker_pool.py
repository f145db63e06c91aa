"""Worker processes that generate passwords, hash them and draw the letters.

A password leaves its worker only on the drawn letter.
"""

import multiprocessing
import os
import secrets
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Protocol

from portal.domain.foundation.errors import DomainError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.render import render_back, render_chunk
from portal.domain.people.authn.hash_memory import with_large_pages
from portal.domain.people.authn.passwords import SALT_BYTES, hash_password
from portal.domain.people.credentials.formats import new_password

STOP_SECONDS = 5
DRAWING_THREADS = "RAYON_NUM_THREADS"


@dataclass(frozen=True, slots=True)
class Job:
    """One chunk to draw; the drafts of letters with an ID lack only their passwords."""

    number: int
    drafts: tuple[LetterContent, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn chunk: its PDF, and the hashes of its passwords in the order of the letters."""

    number: int
    pdf: bytes = field(repr=False)
    hashes: tuple[str, ...] = field(repr=False)


class _Process(Protocol):
    def join(self, timeout: float | None = None) -> None: ...
    def kill(self) -> None: ...
    def is_alive(self) -> bool: ...


def draw(job: Job, frame: LetterFrame, vault: Vault) -> Drawn:
    """Give every letter of a chunk a password, and draw them; ``vault`` needs only its pepper."""
    passwords = [new_password() for _ in job.drafts]
    hashes = tuple(
        hash_password(vault, password, secrets.token_bytes(SALT_BYTES)) for password in passwords
    )
    letters = [
        replace(letter, password=password)
        for letter, password in zip(job.drafts, passwords, strict=True)
    ]
    return Drawn(job.number, render_chunk(letters, frame), hashes)


def _work(pipe: Connection, frame: LetterFrame, vault: Vault) -> None:
    """Draw chunks until the pipe closes, which it also does when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            job = pipe.recv()
            try:
                answer: Drawn | tuple[str, str] = draw(job, frame, vault)
            except DomainError as error:
                answer = (error.message, error.code)
            except Exception as error:  # noqa: BLE001  (a trace could quote a name or a password)
                answer = (type(error).__name__, "worker")
            pipe.send(answer)
            del job, answer


class WorkerPool:
    """A pool of workers; ``draw_all`` feeds them and yields drawn chunks as they are finished."""

    def __init__(self, frame: LetterFrame, vault: Vault, workers: int) -> None:
        self.frame, self._vault, self._workers = frame, vault, workers
        self._pipes: list[Connection] = []
        self._processes: list[_Process] = []

    def back(self) -> bytes:
        """Return the PDF of the back that all letters share."""
        return render_back(self.frame)

    def start(self) -> None:
        """Start the processes; a spawned one inherits neither keys nor open files."""
        context = multiprocessing.get_context("spawn")
        # what a spawned process begins with; Typst alone would draw with all cores in each of them
        os.environ.update({DRAWING_THREADS: "1", **with_large_pages(os.environ)})
        pepper_only = replace(self._vault, kek=b"", index=b"", token=b"")
        for _ in range(self._workers):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_work, args=(theirs, self.frame, pepper_only), daemon=True
            )
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def stop(self) -> None:
        """End the processes.

        Closing the pipe ends an idle one; a busy one is killed, and its result is lost.
        """
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(0.2)
            if process.is_alive():
                process.kill()
            process.join(STOP_SECONDS)

    def draw_all(self, jobs: Iterable[Job], again: "deque[Job]") -> Iterator[Drawn]:
        """Yield drawn chunks; jobs that the consumer puts into ``again`` are drawn too.

        Raises:
            InputError: letters cannot be drawn, or a worker died.
        """
        waiting = JobQueue(iter(jobs), again)
        if not self._workers:
            for job in waiting:
                yield draw(job, self.frame, self._vault)
            return
        idle, busy = list(self._pipes), set[Connection]()
        upcoming = next(waiting, None)
        while upcoming is not None or busy:
            while upcoming is not None and idle:
                pipe = idle.pop()
                _send(pipe, upcoming)
                busy.add(pipe)
                upcoming = next(waiting, None)
            ready = [pipe for pipe in wait(list(busy)) if isinstance(pipe, Connection)]
            for pipe in ready:
                drawn = _receive(pipe)
                busy.discard(pipe)
                if upcoming is None:
                    idle.append(pipe)
                else:  # the worker draws the next chunk while its last one is stored
                    _send(pipe, upcoming)
                    busy.add(pipe)
                    upcoming = None
                yield drawn
                if upcoming is None:
                    upcoming = next(waiting, None)


class JobQueue:
    """Yields the jobs that must be drawn again first, then the others.

    It can yield further jobs even after it was exhausted.
    """

    def __init__(self, jobs: Iterator[Job], again: "deque[Job]") -> None:
        self._jobs, self._again = jobs, again

    def __iter__(self) -> "JobQueue":
        return self

    def __next__(self) -> Job:
        return self._again.popleft() if self._again else next(self._jobs)


def _send(pipe: Connection, job: Job) -> None:
    try:
        pipe.send(job)
    except (BrokenPipeError, ConnectionResetError):
        raise _died() from None


def _receive(pipe: Connection) -> Drawn:
    try:
        answer = pipe.recv()
    except (EOFError, ConnectionResetError):
        raise _died() from None
    if isinstance(answer, Drawn):
        return answer
    message, code = answer
    if code == "worker":
        message = _s(
            "手紙を描けませんでした（%(reason)s）。portal letters preflight で確かめてください。"
        ) % {"reason": message}
    raise InputError(message, code=code)


def _died() -> InputError:
    return InputError(
        _s(
            "手紙を作る処理が途中で終わりました。メモリーが足りないときは --workers 1 "
            "か小さい --chunk を試してください。同じコマンドで続きから進みます。"
        ),
        code="worker_died",
    )


@contextmanager
def worker_pool(frame: LetterFrame, vault: Vault, workers: int) -> Iterator[WorkerPool]:
    """Open a worker pool; with 0 workers everything happens in this process."""
    made = WorkerPool(frame, vault, workers)
    try:
        made.start()
        yield made
    finally:
        made.stop()
