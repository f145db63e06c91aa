"""The outbox worker.

Threads of the worker process that send what is due, outside every transaction.
"""

import logging
import threading
import time
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from portal.domain.foundation.work import Work, WorkSource
from portal.domain.letters.announcements import sending
from portal.domain.people.notices import services
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import Claim
from portal.platform.senders.sending import Accepted, Sender, SendFailedError

log = logging.getLogger("portal.outbox")

PARALLEL = 8
LOOKED_WITHIN = 60.0
DATABASE_WAIT = 5.0


class OutboxWorker:
    """Sends messages until stopped.

    Several workers, in one process or many, never send a message twice.

    Each kind has a thread of its own that claims messages and up to ``PARALLEL`` that send them, so
    that a mail server that hangs holds up no SMS. A thread looks every ``interval`` seconds, and
    after ``nudge``.
    """

    def __init__(
        self,
        source: WorkSource,
        senders: Mapping[str, Sender],
        interval: float = 1.0,
    ) -> None:
        self._source = source
        self._stopping = threading.Event()
        self._interval = interval
        self._lanes = [_Lane(self, kind, sender) for kind, sender in senders.items()]

    def start(self) -> None:
        """Start the threads (they never keep the process alive)."""
        for lane in self._lanes:
            lane.thread.start()

    def nudge(self) -> None:
        """Wake the threads: there is something to send. Returns at once."""
        for lane in self._lanes:
            lane.wake.set()

    def stop(self, timeout: float = 5.0) -> bool:
        """Claim nothing more, and wait at most ``timeout`` seconds for what is being sent.

        Returns whether all was sent. What was not is sent again by another worker after its
        lease, with the same id.
        """
        self._stopping.set()
        self.nudge()
        until = time.monotonic() + timeout
        for lane in self._lanes:
            if lane.thread.ident is not None:
                lane.thread.join(max(0.0, until - time.monotonic()))
            for thread in lane.running():  # with what the lane claimed while it was asked to stop
                thread.join(max(0.0, until - time.monotonic()))
        return not any(lane.thread.is_alive() or lane.running() for lane in self._lanes)

    @property
    def stopping(self) -> bool:
        """Tell whether the worker was asked to stop."""
        return self._stopping.is_set()

    @property
    def interval(self) -> float:
        """Seconds between two checks without a nudge."""
        return self._interval

    def claim(self, kind: str, limit: int) -> list[Claim]:
        """Claim due messages of a kind in one short transaction; an idle look only reads."""
        with self._source.reading() as work:
            if not services.has_due(work.session, work.now, kind):
                return []
        with self._source.writing() as work:
            barred: set[int] = set()

            def gate(inside: Session, rows: Sequence[OutboxMessage]) -> set[int]:
                barred.update(sending.barred_messages(inside, rows))
                return barred

            claims = services.claim_due(work, services.Share(limit, kind), gate)
            if barred:
                _settle(work, barred)
            return claims

    def deliver(self, sender: Sender, claim: Claim) -> None:
        """Send one message and record the result."""
        failure, accepted = None, Accepted()
        try:
            accepted = sender.send(claim)
        except SendFailedError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - one strange message must not stop the others
            log.error("sending failed unexpectedly: %s", type(error).__name__)  # noqa: TRY400 - a traceback could show the address
            failure = SendFailedError("unexpected")
        with self._source.writing() as work:
            if failure is None:
                services.mark_sent(work, claim, accepted.provider_id, keep_body=sender.keeps_body)
            else:
                services.mark_failed(
                    work, claim, services.Failure(failure.reason, failure.permanent)
                )
            _settle(work, [claim.id])
        if failure is not None:
            log.warning("message %d (%s) not accepted: %s", claim.id, claim.kind, failure.reason)

    def send_due(self, kind: str) -> int:
        """Send what is due of a kind, one after the other, and return how many were tried."""
        lane = next((one for one in self._lanes if one.kind == kind), None)
        tried = 0
        while lane is not None and (claims := self.claim(kind, PARALLEL)):
            for claim in claims:
                self.deliver(lane.sender, claim)
            tried += len(claims)
        return tried

    def lanes(self) -> dict[str, str | None]:
        """Return the lanes that looked for messages within a minute, each with its last fault."""
        soon = time.monotonic() - LOOKED_WITHIN
        return {lane.kind: lane.fault for lane in self._lanes if lane.looked_at >= soon}

    def alive(self) -> bool:
        """Tell whether every lane runs."""
        return all(lane.thread.is_alive() for lane in self._lanes)


def _settle(work: Work, message_ids: Collection[int]) -> None:
    # In a savepoint: an announcement that cannot be settled must not make its message go out again.
    # The job "settle" sets it aside.
    try:
        with work.session.begin_nested():
            sending.settle(work, message_ids)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the message was sent
        log.error("not settled: %s", type(error).__name__)  # noqa: TRY400 - no values in logs


class _Lane:
    """The thread that claims messages of one kind and starts their sending."""

    def __init__(self, worker: OutboxWorker, kind: str, sender: Sender) -> None:
        self.wake = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"outbox-{kind}", daemon=True)
        self._worker = worker
        self.kind = kind
        self.looked_at = 0.0
        self.fault: str | None = None
        self.sender = sender
        self._running: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def running(self) -> tuple[threading.Thread, ...]:
        """Return the threads that are sending now."""
        with self._lock:
            return tuple(self._running)

    def _run(self) -> None:
        while not self._worker.stopping:
            self.wake.clear()
            wait = self._worker.interval
            try:
                more = self._turn()
            except Exception as error:  # noqa: BLE001 - a wrong row must not end the thread for good
                self.fault = type(error).__name__
                log.error("outbox: %s", self.fault)  # noqa: TRY400 - no values in logs
                wait = max(wait, DATABASE_WAIT)
            else:
                self.fault = None
                if more:
                    continue
            finally:
                self.looked_at = time.monotonic()
            self.wake.wait(wait)

    def _turn(self) -> bool:
        """Start what may start; tell whether there may be more."""
        running = len(self.running())
        limit = self.sender.capacity(PARALLEL - running, running)
        if limit < 1:
            return False
        claims = self._worker.claim(self.kind, limit)
        for claim in claims:
            thread = threading.Thread(target=self._send, args=(claim,), daemon=True)
            with self._lock:
                self._running.add(thread)
            thread.start()
        return len(claims) == limit

    def _send(self, claim: Claim) -> None:
        try:
            self._worker.deliver(self.sender, claim)
        except Exception as error:  # noqa: BLE001 - the lease brings the message back
            log.error("outbox: %s", type(error).__name__)  # noqa: TRY400 - no values in logs
        finally:
            with self._lock:
                self._running.discard(threading.current_thread())
            self.wake.set()
