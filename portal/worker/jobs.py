"""The jobs of this program: what each does, how often, and how many rows at a time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from portal.domain.contacts.calls.forgotten import close_forgotten, maybe_forgotten
from portal.domain.contacts.escalations.call_backs import release_forgotten
from portal.domain.contacts.escalations.pausing import end_due as end_pauses
from portal.domain.contacts.floor.forgetting import forget_old
from portal.domain.contacts.line import marks
from portal.domain.desk.casework import reminder_cards
from portal.domain.foundation.audit.services import forget_keys
from portal.domain.foundation.files.storing import (
    REMOVED_AT_ONCE,
    remove_pieces,
    shred_given_up,
    shredded_pieces,
)
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.turns import Act, Job, RowJob, WholeJob
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.letters.announcements import account_cards, reminders, sending
from portal.domain.letters.letters.models import PrintRun
from portal.domain.mailroom.printing.archives.expiring import shred_old_archives
from portal.domain.mailroom.printing.archives.plain_files import remove_plain_files, runs_to_clear
from portal.domain.mailroom.printing.runs.pipeline.files import is_here
from portal.domain.mailroom.printing.runs.pipeline.printer import printing_node
from portal.domain.oversight.daily.keeping import let_go
from portal.domain.oversight.person_lists.expiring import end_due as end_lists
from portal.domain.oversight.reports.trends import publishing as trends
from portal.domain.oversight.told.telling import tell_staff
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.authn.codes import forget_unproven
from portal.domain.people.households.finder import finder_of
from portal.domain.people.households.old_digests import forget_old_digests
from portal.domain.people.notices.services import forget_expired
from portal.domain.people.notices.waking_hours import waking_hours
from portal.domain.people.signin import changes, loss_done, loss_waiting
from portal.domain.people.sites import services as sites
from portal.domain.requests.redeliveries.matching import match_request, waiting_for_match
from portal.domain.requests.requests.scan_drafts import sweep_drafts

SECOND, HALF_MINUTE, MINUTE, TEN_MINUTES = (timedelta(seconds=n) for n in (1, 30, 60, 600))
KEEP_FORM_KEYS = timedelta(days=7)
MATCHED_AT_ONCE = 20
PIECES_AT_ONCE = 160


def all_jobs(letters: Path) -> Mapping[JobName, Job]:
    """Return every job that takes turns; sending and begun tasks have threads of their own.

    ``letters`` is the letters folder of this machine.
    """
    jobs: tuple[Job, ...] = (
        _settle(),
        WholeJob(JobName.EXPIRE, HALF_MINUTE, lambda w: forget_expired(w.session, w.now)),
        _match(),
        _remind(),
        _cards(),
        _calls(),
        WholeJob(JobName.FLOOR, TEN_MINUTES, forget_old),
        _changes(),
        _losses(),
        WholeJob(JobName.SITES, TEN_MINUTES, sites.end_due),
        _trends(),
        WholeJob(JobName.PAUSES, HALF_MINUTE, end_pauses),
        WholeJob(JobName.TELL, TEN_MINUTES, tell_staff),
        WholeJob(JobName.SWEEP, TEN_MINUTES, _sweep),
        _plain_letters(letters),
        _sealed_pieces(),
    )
    return {job.name: job for job in jobs}


def _in_one_work(act: Callable[[Work, Sequence[int]], object]) -> Act:
    def inside(source: WorkSource, rows: Sequence[int]) -> None:
        with source.writing() as work:
            act(work, rows)

    return inside


def _settle() -> Job:
    def find(work: Work, aside: Collection[int]) -> Sequence[int]:
        return sending.unsettled(work.session, len(aside))

    act = _in_one_work(sending.settle)
    return RowJob(
        JobName.SETTLE, HALF_MINUTE, "message", find, act, batch=100, most=sending.AT_ONCE
    )


def _match() -> Job:
    def find(work: Work, aside: Collection[int]) -> Sequence[int]:
        return waiting_for_match(work.session, MATCHED_AT_ONCE + len(aside))

    def act(source: WorkSource, rows: Sequence[int]) -> None:
        with source.reading() as work:
            finder = finder_of(work)
        finder.advance(source.read)  # the first time this makes the index, and nobody waits for it
        with source.writing() as work:
            for request_id in rows:
                match_request(work, request_id)

    return RowJob(JobName.MATCH, MINUTE, "request", find, act, most=MATCHED_AT_ONCE)


def _remind() -> Job:
    def find(work: Work, _aside: Collection[int]) -> Sequence[int]:
        if not waking_hours(work.now):
            return []
        return reminders.due_households(work.session, work.program.windows.exchange, work.now)

    def act(work: Work, rows: Sequence[int]) -> None:
        reminders.remind(work, work.program.windows.exchange, rows)

    return RowJob(
        JobName.REMIND, TEN_MINUTES, "household", find, _in_one_work(act), reminders.AT_ONCE
    )


def _cards() -> Job:
    def find(work: Work, _aside: Collection[int]) -> Sequence[int]:
        return reminder_cards.due_households(work.session, work.program.windows.exchange, work.now)

    def act(work: Work, rows: Sequence[int]) -> None:
        reminder_cards.write_to(work, work.program.windows.exchange, rows)

    return RowJob(
        JobName.CARDS, TEN_MINUTES, "household", find, _in_one_work(act), reminder_cards.AT_ONCE
    )


def _calls() -> Job:
    def find(work: Work, aside: Collection[int]) -> Sequence[int]:
        return maybe_forgotten(work, len(aside))

    def act(work: Work, rows: Sequence[int]) -> None:
        close_forgotten(work, rows)
        release_forgotten(work, rows)

    return RowJob(JobName.CALLS, TEN_MINUTES, "call", find, _in_one_work(act), 200)


def _changes() -> Job:
    """Carry out changes of accounts that are due, and write the cards that tell of any event."""

    def find(work: Work, _aside: Collection[int]) -> Sequence[int]:
        due = changes.due_accounts(work.session, work.now)
        return sorted({*due, *account_cards.wanted_cards(work.session)})

    def act(work: Work, rows: Sequence[int]) -> None:
        for credential_id in rows:
            changes.settle(work, credential_id)
            account_cards.write_card(work, credential_id)

    most = changes.AT_ONCE + account_cards.AT_ONCE
    return RowJob(JobName.CHANGES, MINUTE, "credential", find, _in_one_work(act), most=most)


def _losses() -> Job:
    def find(work: Work, aside: Collection[int]) -> Sequence[int]:
        return loss_waiting.waiting_reports(work.session, aside)

    return RowJob(
        JobName.LOSSES,
        SECOND,
        "loss_report",
        find,
        _in_one_work(loss_done.carry_out),
        most=loss_waiting.AT_ONCE,
    )


def _trends() -> Job:
    """Publish the days and months that are over; counting writes nothing, so nobody waits."""

    def find(work: Work, _aside: Collection[int]) -> Sequence[int]:
        return trends.due_spans(work)

    def act(source: WorkSource, rows: Sequence[int]) -> None:
        for key in rows:
            with source.reading() as work:
                figures = trends.counted_span(work, key)
            with source.writing() as work:
                trends.publish(work, key, figures)

    return RowJob(JobName.TRENDS, TEN_MINUTES, "trend", find, act, most=trends.AT_ONCE)


def _sweep(work: Work) -> int:
    """Delete ended sessions, counters, and the keys of forms that no page can still send.

    Archives that were sent long ago, and what killed builds left of one, are shredded; so are the
    digests that a program of version 0.1.0 writes while nodes are restarted one by one, scans that
    nobody looked at in time, files of lists whose last day is over, files of daily work, and marks
    of calls of six months ago.
    """
    sessions.sweep(work.session, work.now)
    throttles.sweep(work.session, work.now)
    sweep_drafts(work.session, work.now)
    forget_unproven(work.session, work.now - sessions.LIFETIMES[sessions.RESIDENT].absolute)
    forget_keys(work.session, work.now - KEEP_FORM_KEYS)
    forget_old_digests(work.session)
    shred_old_archives(work)
    shred_given_up(work)
    let_go(work)
    end_lists(work)
    marks.forget_due(work)
    return 0


def _plain_letters(letters: Path) -> Job:
    """Remove the plain files of runs whose archive was handed over, where they are local.

    Those of another machine are removed when its own worker has this job.
    """

    def find(work: Work, _aside: Collection[int]) -> Sequence[int]:
        return [
            run_id
            for run_id in runs_to_clear(work.session)
            if is_here(letters, work.session.get_one(PrintRun, run_id).folder)
        ]

    def act(source: WorkSource, rows: Sequence[int]) -> None:
        for run_id in rows:
            remove_plain_files(printing_node(source, letters), run_id, elsewhere=True)

    return RowJob(JobName.PLAIN_LETTERS, TEN_MINUTES, "print_run", find, act)


def _sealed_pieces() -> Job:
    """Remove the pieces of shredded files, few at a time."""

    def find(work: Work, _aside: Collection[int]) -> Sequence[int]:
        return shredded_pieces(work.session, PIECES_AT_ONCE)

    return RowJob(
        JobName.SEALED_PIECES,
        TEN_MINUTES,
        "sealed_piece",
        find,
        _in_one_work(remove_pieces),
        batch=REMOVED_AT_ONCE,
        most=PIECES_AT_ONCE,
    )
