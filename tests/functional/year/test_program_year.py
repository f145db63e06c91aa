"""A program year: every report against a count of what was drawn, and the settlement to the yen."""

import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import func, select

from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.incidents.models import Incident
from portal.domain.mailroom.incidents.queries import touched
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.oversight.reports.mail.delivery_figures import count_month
from portal.domain.oversight.settlement.closing import (
    closed,
    confirm_closing,
    lines,
    propose_closing,
    verify,
)
from portal.domain.oversight.settlement.figures import figures
from portal.domain.people.coupons.differences import listed, settle
from portal.domain.people.credentials.models import Credential
from portal.platform.database import Database
from tests.support.coupons import AMOUNT
from tests.support.work import work_in
from tests.support.year.fates import FATES
from tests.support.year.playing import play
from tests.support.year.ward_in_year import Year

HOUSEHOLDS = int(os.environ.get("PORTAL_YEAR_HOUSEHOLDS", "60"))
AFTER = datetime(2024, 4, 1, 1, 0, tzinfo=UTC)


def test_a_whole_year_ends_with_every_child_in_one_state_to_the_yen(
    database: Database, tmp_path: Path
) -> None:
    year = Year(database, tmp_path, HOUSEHOLDS)
    play(year)
    program, truth = year.paper.program, year.truth
    every = sum(year.children.values())
    assert sum(truth.states.values()) == every

    assert set(year.fates.values()) == set(FATES)
    posted: Counter[tuple[date, int]] = Counter()
    delivered: Counter[tuple[date, int]] = Counter()
    returned: Counter[str] = Counter()
    with database.read() as session:
        for month in range(7, 13):
            found = count_month(session, date(2023, month, 1))
            for (day, _class, attempt), sent in found.posted.items():
                posted[day, attempt] += sent.items
            for (day, _class, attempt), sent in found.delivered.items():
                delivered[day, attempt] += sent.items
            for reason, sent in found.returned.items():
                returned[reason] += sent.items
    assert (posted, delivered, returned) == (truth.posted, truth.delivered, truth.returned)
    _every_household_has_one_letter(year)

    with database.write() as session:
        for row in listed(session):
            settle(work_in(session, year.paper.officer, AFTER), row.id, "発行者に確認した")
    with database.write() as session:
        propose_closing(work_in(session, year.paper.officer, AFTER, program=program))
    with database.write() as session:
        confirm_closing(work_in(session, year.paper.ward, AFTER, program=program))
    with database.read() as session:
        done = closed(session)
        assert done is not None
        assert verify(work_in(session, program=program), done).good
        states, frozen = Counter(str(line[2]) for line in lines(session, done.id)), done.figures
        total = figures(work_in(session, program=program)).total
    assert states == truth.states
    assert (total.children, total.amount_yen, total.used_yen) == (
        every,
        every * AMOUNT,
        truth.used_yen,
    )
    paid = truth.used_yen + truth.states["alternative_delivered"] * AMOUNT
    assert frozen["payable_yen"] == paid
    assert frozen["codes"]["bought"] == sum(
        frozen["codes"][k] for k in ("assigned", "void", "left_over")
    )


def _every_household_has_one_letter(year: Year) -> None:
    """No letter of the lost batch or a wrong envelope opens an account; nobody was left out."""
    truth = year.truth
    with year.database.read() as session:
        lost = session.scalar(
            select(func.count(Letter.id))
            .join(PrintArchive, PrintArchive.print_run_id == Letter.print_run_id)
            .where(PrintArchive.state == "lost")
        )
        ended = session.scalar(
            select(func.count(Letter.id))
            .join(Credential, Credential.id == Letter.credential_id)
            .where(Letter.state == "superseded", Credential.state == "superseded")
        )
        incident = session.scalars(select(Incident)).one()
        stopped = touched(session, incident.id)
        live = Counter(
            session.scalars(select(Letter.household_id).where(Letter.state == "handed_over"))
        )
    assert lost == truth.given_up["archive_lost"]
    assert stopped.by_kind["letter"] == {"stopped": truth.given_up["wrong_count"]}
    again = len(year.of("redelivered_exchanged"))
    assert ended == truth.given_up.total() + again
    assert live == Counter(
        household for household, fate in year.fates.items() if fate != "declined"
    )
