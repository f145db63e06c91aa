"""What one collector asks the database: whether it answers, its clock, the outbox."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from prometheus_client import Metric
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.domain.contacts.floor import counting as floor
from portal.domain.contacts.floor.plan import plan_of
from portal.domain.foundation.audit.queries import chain_status
from portal.domain.foundation.clock import Clock, day_start, jst_date
from portal.domain.foundation.jobs.queries import begun_counts, job_statuses, workers
from portal.domain.foundation.program.settings.calls import CallSettings
from portal.domain.oversight.copies.queries import last_backup_at, last_drill, overdue_count
from portal.domain.oversight.disposal.services import the_disposal
from portal.domain.oversight.disposal.states import COMPLETE
from portal.domain.people.authn import site_failures, sms_count
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.authn.site_counts import held_until
from portal.domain.people.notices.queries import failed_since, waiting_by_kind
from portal.platform.database import Database
from portal.platform.metrics.gauges import gauge

KINDS = (str(CodeChannel.SMS), str(CodeChannel.EMAIL))
DAY = timedelta(days=1)


class DatabaseGauges:
    """Asks at each look, in one transaction that only reads.

    ``calls`` are the ward's settings, from which the alarms of the floor have their limits.
    """

    def __init__(self, database: Database, clock: Clock, calls: CallSettings) -> None:
        self._database = database
        self._clock = clock
        self._calls = calls

    def collect(self) -> Iterable[Metric]:
        """Return the gauges; without a database only that it is away."""
        try:
            with self._database.read() as session:
                found = list(self._read(session))
        except SQLAlchemyError:
            found = []
        yield gauge("database_up", "1 while it answers.", [({}, int(bool(found)))])
        yield from found

    def _read(self, session: Session) -> Iterable[Metric]:
        now = self._clock.now(session)
        ahead = now.timestamp() - time.time()
        yield gauge("clock_difference_seconds", "Database less node.", [({}, ahead)])
        disposal = the_disposal(session)
        far = 0 if disposal is None else 1 + (disposal.state == COMPLETE)
        yield gauge("disposal", "0: none. 1: begun. 2: complete.", [({}, far)])
        if disposal is not None:
            return  # no jobs, backups and sign-ins any more, and no alarms that miss them
        yield from self._outbox(session, now)
        yield from self._jobs(session, now)
        yield from self._copies(session, now)
        yield from self._sign_ins(session, now)
        yield from self._audit(session, now)
        yield from self._floor(session, now)

    @staticmethod
    def _outbox(session: Session, now: datetime) -> Iterable[Metric]:
        waiting = waiting_by_kind(session)
        lost = failed_since(session, now - DAY)
        numbers, ages, lates, failed = [], [], [], []
        for kind in KINDS:
            labels, of_kind = {"kind": kind}, waiting.get(kind)
            numbers.append((labels, float(of_kind.number if of_kind else 0)))
            ages.append((labels, _since(of_kind.oldest, now) if of_kind else 0.0))
            lates.append((labels, _since(of_kind.due, now) if of_kind else 0.0))
            failed.append((labels, float(lost.get(kind, 0))))
        yield gauge("outbox_messages", "Not sent yet.", numbers)
        yield gauge("outbox_oldest_seconds", "Age of the oldest that is not sent.", ages)
        yield gauge("outbox_late_seconds", "How long one is due that nobody took.", lates)
        yield gauge("outbox_failed", "Given up or not delivered within a day.", failed)

    @staticmethod
    def _jobs(session: Session, now: datetime) -> Iterable[Metric]:
        jobs = [({"job": job.name.value}, job) for job in job_statuses(session, now)]
        # Without a success its age would be unknown; late and failures tell enough then.
        ages = [(labels, job.age_seconds) for labels, job in jobs if job.age_seconds is not None]
        yield gauge("job_age_seconds", "Since its last success.", ages)
        yield gauge("job_late", "1 if it did not run in time.", [(n, j.late) for n, j in jobs])
        yield gauge("job_failures", "Failures in a row.", [(n, j.failures) for n, j in jobs])
        yield gauge("job_rows_aside", "Rows left out.", [(n, j.aside) for n, j in jobs])
        living = sum(worker.alive for worker in workers(session, now))
        yield gauge("workers", "Workers that gave a sign of life.", [({}, living)])
        begun = begun_counts(session)
        oldest = _since(begun.oldest, now) if begun.oldest is not None else 0.0
        yield gauge("begun_tasks", "Begun on the staff site, not done.", [({}, begun.open)])
        yield gauge("begun_oldest_seconds", "Age of the oldest of them.", [({}, oldest)])
        yield gauge("begun_failed", "Of those begun, failed.", [({}, begun.failed)])

    @staticmethod
    def _copies(session: Session, now: datetime) -> Iterable[Metric]:
        backup, drill = last_backup_at(session), last_drill(session)
        at = backup.timestamp() if backup is not None else 0.0
        yield gauge("backup_timestamp_seconds", "Newest backup; 0: none.", [({}, at)])
        at = drill.at.timestamp() if drill is not None else 0.0
        yield gauge("drill_timestamp_seconds", "Newest restore drill; 0: none.", [({}, at)])
        overdue = overdue_count(session, jst_date(now))
        yield gauge("copies_overdue", "Copies that should be destroyed.", [({}, overdue)])

    @staticmethod
    def _sign_ins(session: Session, now: datetime) -> Iterable[Metric]:
        failed = site_failures.failures(session, now)
        yield gauge("signin_failures", "Refused on the site in five minutes.", [({}, failed)])
        waits = site_failures.is_slow(session, now)
        yield gauge("signin_slow_mode", "1 while unknown devices wait.", [({}, waits)])
        flood = held_until(session, site_failures.FLOOD_KEY, now) is not None
        yield gauge("signin_flood", "1 within five minutes of an attack.", [({}, flood)])
        sent = sms_count.SENT.total(session, now)
        yield gauge("sms_codes_sent", "Codes by SMS in the last hour.", [({}, sent)])
        braked = held_until(session, sms_count.SPENT_KEY, now) is not None
        yield gauge("sms_budget_spent", "1 within an hour of a spent budget.", [({}, braked)])

    @staticmethod
    def _audit(session: Session, now: datetime) -> Iterable[Metric]:
        status = chain_status(session, now)
        waiting = status.waiting_for.total_seconds()
        yield gauge("audit_unsealed_seconds", "Age of the oldest without a seal.", [({}, waiting)])

    def _floor(self, session: Session, now: datetime) -> Iterable[Metric]:
        queue = floor.read_queue(session, now)
        half = floor.half_hour_of(now)
        start = day_start(jst_date(now)) + floor.HALF_HOUR * half
        planned = plan_of(session, jst_date(now)).get(half)
        yield gauge("floor_waiting", "Callers whom nobody answered.", [({}, queue.waiting)])
        yield gauge("floor_longest_wait_seconds", "Of the first.", [({}, queue.longest(now))])
        level = self._calls.long_wait_seconds
        yield gauge("floor_wait_limit_seconds", "That is too long; 0: never.", [({}, level)])
        yield gauge("floor_seats", "Seats staffed now.", [({}, floor.seats_now(session))])
        came = floor.offered_since(session, start)
        yield gauge("floor_offered", "Calls of this half hour.", [({}, came)])
        expected = planned.calls if planned is not None else 0
        yield gauge("floor_expected", "Planned for it; 0: no plan.", [({}, expected)])
        level = floor.crowded_from(self._calls, planned)
        yield gauge("floor_spike_limit", "So many are far too many; 0: never.", [({}, level)])


def _since(instant: datetime, now: datetime) -> float:
    return max(0.0, (now - instant.astimezone(UTC)).total_seconds())
