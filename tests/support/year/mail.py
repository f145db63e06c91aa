"""The mail of a played year: first letters, the carrier's reports, and letters sent again."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.mail import SIMPLE_REGISTERED
from portal.domain.mailroom.printing.dispatch.entries import Entry, Posting
from portal.domain.mailroom.printing.dispatch.handover import confirm_hand_over, propose_hand_over
from portal.domain.mailroom.printing.dispatch.posting import post_letters
from portal.domain.mailroom.printing.proofs.decisions import approve_proof
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.returned_mail.receiving import Pile, receive
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest
from portal.domain.requests.redeliveries.review import REDELIVERY_KIND
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from tests.support.mailroom.accidents import lose_batch, wrong_counts
from tests.support.mailroom.letters import printer
from tests.support.transfers import announced, digest_of
from tests.support.work import work_in
from tests.support.year.fates import AGAIN, HEADER, POSTED, PRINTED, at, label
from tests.support.year.ward_in_year import Year


def send_letters(year: Year) -> None:
    """Print, hand over by two people, post with a label on each.

    A first batch gets lost and is made anew.
    """
    lost = year.households // 4
    run_id, paper = _build(year, PRINTED, limit=lost), year.paper
    lose_batch(
        year.database, year.folder / "letters", run_id, paper.officer, paper.ward, at(PRINTED, 16)
    )
    year.truth.given_up["archive_lost"] += lost
    _print(year, PRINTED, POSTED)


def _build(year: Year, printed: date, *, limit: int | None = None) -> int:
    """Build a run and approve it from its proof; returns its key."""
    made = printer(year.database, year.folder / "letters", FixedClock(at(printed)))
    built = build_letters(made, workers=0, limit=limit)
    assert isinstance(built, BuiltRun)
    make_proof(replace(made, actor=year.paper.officer), built.run_id)
    with year.database.write() as session:
        approve_proof(work_in(session, year.paper.ward, at(printed, 15)), built.run_id)
    return built.run_id


def _print(year: Year, printed: date, posted: date, again: Collection[int] = ()) -> None:
    """Print and post all that is due.

    ``again`` are the households whose letter is a redelivery.
    """
    run_id, now = _build(year, printed), at(printed, 15)
    with year.database.write() as session:
        propose_hand_over(work_in(session, year.paper.officer, now), run_id)
        confirm_hand_over(work_in(session, year.paper.ward, now), run_id)
    with year.database.write() as session:
        rows = session.execute(
            select(Letter.number, Letter.household_id)
            .where(Letter.print_run_id == run_id)
            .order_by(Letter.id)
        ).all()
        entries = []
        for number, household in rows:
            year.sent += 1
            year.labels[household] = label(year.sent)
            entries.append(Entry(number, label(year.sent)))
            year.truth.posted[posted, int(household in again)] += 1
        post_letters(
            work_in(session, year.paper.officer, at(posted, 18)),
            entries,
            Posting(posted, SIMPLE_REGISTERED),
        )


def report_first_letters(year: Year) -> None:
    """What the post says of the first letters, in three files whose order does not matter."""
    events: list[tuple[int, date, str, str]] = []
    for household, fate in year.fates.items():
        if fate == "declined":
            continue
        if fate in {"redelivered_exchanged", "undelivered"}:
            events.append((household, POSTED + timedelta(days=2), "ご不在のため持ち戻り", ""))
            events.append(
                (
                    household,
                    POSTED + timedelta(days=9),
                    "差出人に返送",
                    "保管期間が経過したため",
                )
            )
            continue
        arrives = POSTED + timedelta(days=2 + household % 3)
        if fate == "absent_then_exchanged":
            events.append((household, arrives, "ご不在のため持ち戻り", ""))
            arrives += timedelta(days=3)
        events.append((household, arrives, "お届け先にお届け済み", ""))
        year.truth.delivered[arrives, 0] += 1
    Random(1).shuffle(events)
    for place in range(3):
        _track(year, events[place::3], at(date(2023, 7, 20)))


def _track(year: Year, events: Iterable[tuple[int, date, str, str]], now: datetime) -> None:
    lines = [
        f"{year.labels[h]},{day:%Y/%m/%d},{word},{detail},みなも局"
        for h, day, word, detail in events
    ]
    data = "\r\n".join((HEADER, *lines, "")).encode("cp932")
    figures = Figures(rows=len(lines), sha256=digest_of(data))
    with year.database.write() as session:
        work = work_in(session, year.paper.officer, now, program=year.paper.program)
        announced(work, TransferKind.TRACKING, Path("tracking.csv"), figures)
        ingest(work, CsvFeed(data))


def take_back(year: Year) -> None:
    """Letters on our table: half for storage, half for an address that nobody knows."""
    day = date(2023, 7, 21)
    for household in year.of("redelivered_exchanged", "undelivered"):
        reason = (
            "storage_ended"
            if year.fates[household] == "redelivered_exchanged"
            else "address_unknown"
        )
        pile = Pile(reason, "A-1", day, day + timedelta(days=180))
        with year.database.write() as session:
            receive(
                work_in(session, year.paper.officer, at(day), program=year.paper.program),
                year.labels[household],
                pile,
            )
        year.truth.returned[reason] += 1


def miscount(year: Year) -> None:
    """Envelopes whose enclosures were miscounted."""
    households = year.of("wrong_count")
    wrong_counts(year.database, households, year.paper.officer, at(date(2023, 7, 22)))
    year.truth.given_up["wrong_count"] += len(households)


def send_again(year: Year) -> None:
    """Approve what was asked for; the next run makes new letters, and they arrive."""
    program = year.paper.program
    with year.database.write() as session:
        for row in session.scalars(
            select(Request).where(Request.kind == "redelivery", Request.state != "closed")
        ):
            work = work_in(session, year.paper.second, at(date(2023, 7, 24)), program=program)
            decide(work, REDELIVERY_KIND, row.id, row.version, Decided("approve"))
    again, replaced = year.of("redelivered_exchanged"), year.of("wrong_count")
    if not again and not replaced:
        return
    _print(year, date(2023, 7, 31), AGAIN, again)
    arrives = AGAIN + timedelta(days=2)
    sent = [(household, arrives, "お届け済み", "") for household in (*again, *replaced)]
    _track(year, sent, at(date(2023, 8, 5)))
    year.truth.delivered[arrives, 1] += len(again)
    year.truth.delivered[arrives, 0] += len(replaced)
