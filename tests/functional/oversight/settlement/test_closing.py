"""Closing: blocked while anything is open, by two people, frozen and signed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.letters.shipments import services as mail
from portal.domain.letters.shipments.queries import latest_of_letter
from portal.domain.oversight.reports.status.settlement import settlement_report
from portal.domain.oversight.reports.tables import Cell
from portal.domain.oversight.settlement.blockers import blockers
from portal.domain.oversight.settlement.closing import (
    closed,
    confirm_closing,
    lines,
    propose_closing,
    verify,
)
from portal.domain.oversight.settlement.figures import figures
from portal.domain.oversight.settlement.models import SettlementLine
from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.coupons.differences import listed, settle
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import totals
from portal.platform.append_only import open_ledgers
from portal.platform.database import Database
from tests.functional.oversight.reports.test_right_figures import arrived, letter
from tests.functional.requests.recipients.support import NOW
from tests.support.coupons import AMOUNT
from tests.support.oversight.settlement import (
    AFTER_ALL,
    Ending,
    make_ending,
    one_of_each,
    with_settings,
)
from tests.support.work import work_in


@pytest.fixture
def ending(database: Database, tmp_path: Path) -> Ending:
    made = make_ending(database, tmp_path, 9)
    one_of_each(made)
    return made


def reasons(ending: Ending, now: datetime = AFTER_ALL) -> set[str]:
    with ending.database.read() as session:
        found = blockers(
            work_in(session, now=now, program=ending.program),
            figures(work_in(session, program=ending.program)),
        )
        assert all(reason.sentence(count) for reason, count in found.items())
        return set(found)


def close(ending: Ending) -> None:
    with ending.database.write() as session:
        propose_closing(work_in(session, ending.officer, AFTER_ALL, program=ending.program))
    with ending.database.write() as session:
        confirm_closing(work_in(session, ending.ward, AFTER_ALL, program=ending.program))


def test_every_child_counts_once_and_the_yen_add_up(ending: Ending) -> None:
    with ending.database.read() as session:
        found = figures(work_in(session, program=ending.program))
    by_state = {state: one.children for state, one in found.by_state.items()}
    assert by_state == {
        "declined": 1,
        "deemed_declined": 1,
        "exchanged": 2,
        "delivered_unexchanged": 1,
        "alternative_delivered": 1,
        "undelivered": 1,
        "not_taken": 0,
        "ineligible_after_check": 1,
        "waiting": 1,
    }
    assert found.adds_up
    assert found.total.amount_yen == 9 * AMOUNT
    assert found.total.used_yen == AMOUNT + 12_345
    assert found.by_state[SettledState.EXCHANGED].lapsed_yen == AMOUNT - 12_345
    assert (found.codes.bought, found.codes.left_over, found.codes.adds_up) == (11, 2, True)


def test_what_the_ward_pays_is_its_setting(ending: Ending) -> None:
    with ending.database.read() as session:
        plain = figures(work_in(session, program=ending.program)).money
        all_of_it = figures(
            work_in(
                session,
                program=with_settings(ending, 200_000, ("used", "lapsed", "alternative")).program,
            )
        ).money
    assert (plain.payable_yen, plain.rest_yen) == (
        AMOUNT + 12_345 + AMOUNT,
        AMOUNT + 12_345 + AMOUNT,
    )
    assert (all_of_it.payable_yen, all_of_it.rest_yen) == (4 * AMOUNT, 4 * AMOUNT - 200_000)


def test_a_held_child_is_in_the_way_and_then_it_closes_once(ending: Ending) -> None:
    assert reasons(ending) == {"held"}
    with ending.database.write() as session, pytest.raises(ConflictError, match="保留"):
        propose_closing(work_in(session, ending.officer, AFTER_ALL, program=ending.program))
    ending.end(8, "exclude")
    close(ending)
    with ending.database.read() as session:
        row = closed(session)
        assert row is not None
        assert totals(session).final.children == 9
        kept = session.scalars(select(SettlementLine)).all()
        assert sum(line.amount_yen for line in kept) == 9 * AMOUNT
        assert verify(work_in(session, program=ending.program), row).good
    assert reasons(ending) == {"closed"}


def test_before_the_last_day_of_use_it_cannot_be_closed(ending: Ending) -> None:
    ending.end(8, "exclude")
    assert reasons(ending, datetime(2024, 3, 31, 14, 59, 59, tzinfo=UTC)) == {"use_period"}
    assert reasons(ending, datetime(2024, 3, 31, 15, 0, tzinfo=UTC)) == set()


def test_without_a_statement_up_to_the_last_day_it_cannot_be_closed(
    database: Database, tmp_path: Path
) -> None:
    made = make_ending(database, tmp_path, 1)
    assert reasons(made) == {"statement"}
    made.take([(0, "未使用", 0)], date(2024, 3, 30))
    assert reasons(made) == {"statement"}
    made.take([(0, "期限切れ", 0)])
    assert reasons(made) == set()


def test_a_difference_is_in_the_way_until_somebody_cleared_it_up(ending: Ending) -> None:
    ending.end(8, "exclude")
    ending.take([(3, "交換済", AMOUNT)])
    assert reasons(ending) == {"differences"}
    with ending.database.write() as session:
        settle(work_in(session, ending.officer, AFTER_ALL), listed(session)[0].id, "発行者に確認")
    assert reasons(ending) == set()


def test_an_open_request_is_in_the_way(ending: Ending) -> None:
    ending.end(8, "exclude")
    with ending.database.write() as session:
        first = session.scalar(
            select(Entitlement.id).where(Entitlement.state == "in_progress").limit(1)
        )
        session.execute(
            update(Entitlement)
            .where(Entitlement.id == first)
            .values(claimed_by="decline", claim_id=1)
        )
    assert reasons(ending) == {"open_requests"}


def test_a_lost_code_is_in_the_way(ending: Ending) -> None:
    ending.end(8, "exclude")
    with ending.database.write() as session:
        spare = session.scalars(select(Coupon).where(Coupon.state == "stock")).first()
        session.delete(spare)
    assert reasons(ending) == {"codes"}


def test_nobody_confirms_the_own_proposal_and_the_ward_is_one_of_the_two(ending: Ending) -> None:
    ending.end(8, "exclude")
    with ending.database.write() as session, pytest.raises(NotFoundError):
        confirm_closing(work_in(session, ending.ward, AFTER_ALL, program=ending.program))
    with ending.database.write() as session:
        propose_closing(work_in(session, ending.ward, AFTER_ALL, program=ending.program))
    with ending.database.write() as session, pytest.raises(NotAllowedError):
        confirm_closing(work_in(session, ending.ward, AFTER_ALL, program=ending.program))
    with ending.database.read() as session:
        assert closed(session) is None


def test_two_of_the_contractor_cannot_close_it(ending: Ending) -> None:
    ending.end(8, "exclude")
    with ending.database.write() as session:
        propose_closing(work_in(session, ending.officer, AFTER_ALL, program=ending.program))
    colleague = replace(ending.officer, id=(ending.officer.id or 0) + 1_000)
    with ending.database.write() as session, pytest.raises(NotAllowedError) as refused:
        confirm_closing(work_in(session, colleague, AFTER_ALL, program=ending.program))
    assert refused.value.code == "ward_needed"


def test_an_amount_that_the_extract_did_not_give_is_in_the_way(ending: Ending) -> None:
    ending.end(8, "exclude")
    with ending.database.write() as session:
        first = session.scalar(select(Entitlement.id).order_by(Entitlement.id).limit(1))
        session.execute(
            update(Entitlement).where(Entitlement.id == first).values(amount_yen=AMOUNT - 1)
        )
    assert "sums" in reasons(ending)


def test_what_came_in_the_way_after_the_proposal_is_seen_at_the_confirmation(
    ending: Ending,
) -> None:
    ending.end(8, "exclude")
    with ending.database.write() as session:
        propose_closing(work_in(session, ending.officer, AFTER_ALL, program=ending.program))
    ending.end(3, "hold")
    with ending.database.write() as session, pytest.raises(ConflictError, match="保留"):
        confirm_closing(work_in(session, ending.ward, AFTER_ALL, program=ending.program))
    with ending.database.read() as session:
        assert totals(session).by_state["in_progress"].children == 2  # nothing was half done


@pytest.mark.parametrize("what", ["line", "figures", "signature", "state"])
@pytest.mark.asvs("11.4.3")
def test_any_later_change_is_found(ending: Ending, what: str) -> None:
    ending.end(8, "exclude")
    close(ending)
    with ending.database.write() as session:
        row = closed(session)
        assert row is not None
        if what == "line":
            open_ledgers(session.connection())  # as who administers the database can
            session.execute(
                update(SettlementLine)
                .where(SettlementLine.state == "undelivered")
                .values(state="exchanged")
            )
        elif what == "figures":
            row.figures = row.figures | {"rest_yen": 1}
        elif what == "signature":
            row.signature = bytes(64)
        else:
            first = session.scalar(select(Entitlement.id).where(Entitlement.state == "declined"))
            session.execute(
                update(Entitlement).where(Entitlement.id == first).values(state="undelivered")
            )
    with ending.database.read() as session:
        row = closed(session)
        assert row is not None
        verdict = verify(work_in(session, program=ending.program), row)
        assert not verdict.good
        assert verdict.signature_fits == (what != "signature")
        assert verdict.states_unchanged == (what in {"line", "signature"})


def test_the_frozen_lines_hold_no_personal_data(ending: Ending) -> None:
    ending.end(8, "exclude")
    close(ending)
    with ending.database.read() as session:
        row = closed(session)
        assert row is not None
        assert all(
            isinstance(cell, int) or cell.isascii()
            for line in lines(session, row.id)
            for cell in line
        )


def test_a_letter_that_comes_back_after_the_closing_changes_nothing_that_was_signed(
    ending: Ending,
) -> None:
    ending.end(8, "exclude")
    with ending.database.read() as session:
        never_shown = session.scalars(
            select(Entitlement.household_id).order_by(Entitlement.id).offset(3).limit(1)
        ).one()
    key = letter(ending.database, never_shown, NOW)
    arrived(ending.database, key)
    close(ending)

    def states() -> list[Sequence[Cell]]:
        with ending.database.read() as session:
            return list(settlement_report(work_in(session, program=ending.program)).tables[0].rows)

    signed = states()
    assert [row[2] for row in signed if row[0] == SettledState.NOT_TAKEN.label] == [1]
    with ending.database.write() as session:
        shipment = latest_of_letter(session, key)
        assert shipment is not None
        back = mail.MailReturn("moved_unknown", AFTER_ALL.date())
        mail.turn_up(work_in(session, now=AFTER_ALL), shipment.id, back)
    assert states() == signed
