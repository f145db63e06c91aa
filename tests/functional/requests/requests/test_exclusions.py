"""Coupon, decline and paper exclude each other in pairs, as the page of states says."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.desk.casework.state_matrix import EXCLUSIONS, NONE, Exclusion
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import DomainError
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import coupon_of_child
from portal.domain.people.coupons.states import DEAD, STOCK
from portal.domain.requests.alternatives import services as alternatives
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.functional.requests.requests.test_alternative_states import WAY, Walk
from tests.support.people import Person
from tests.support.requests.paper import GIFT, Paper, make_paper
from tests.support.work import work_in


@pytest.fixture
def paper(database: Database, tmp_path: Path) -> Paper:
    made = make_paper(database, tmp_path)
    made.household(children=1)
    made.coupons()
    made.receive()
    return made


FAMILY = Person(1, 1, "", "")


class _Undone(Exception):  # noqa: N818  (no error: it leaves a transaction without keeping anything)
    pass


def decline(paper: Paper, session: Session) -> Request:
    """Declare for the one child."""
    return declines.submit(
        work_in(session, paper.resident(FAMILY), paper.now, program=paper.program), 1, [1]
    )


def ask_for_paper(paper: Paper, session: Session) -> Request:
    """Ask for paper for the one child."""
    return alternatives.submit(
        work_in(session, paper.resident(FAMILY), paper.now, program=paper.program),
        alternatives.PaperRequest(1, {1: GIFT}, PaperWish(WhyPaper.NO_SMARTPHONE)),
    )


def reveal(paper: Paper, session: Session) -> object:
    """Show the code."""
    found = coupon_of_child(session, 1, 1).coupon
    if found is None:
        raise DomainError("no coupon")
    return coupons.reveal(work_in(session, paper.resident(FAMILY), paper.now), found)


ACTIONS: dict[str, Callable[[Paper, Session], object]] = {
    "decline.submit": decline,
    "alternative.submit": ask_for_paper,
    "coupon.reveal": reveal,
}


def bring_coupon(paper: Paper, session: Session, state: str) -> None:
    """Put the child's coupon into a state; a code that was seen has its time."""
    seen = state in {"revealed", "part_used", "exchanged", "stop_requested"}
    values = {
        "state": state,
        "state_before": "assigned",
        "revealed_at": paper.now if seen else None,
    }
    session.execute(update(Coupon).where(Coupon.entitlement_id.is_not(None)).values(values))
    if state == NONE:
        raise AssertionError("a child of these tests has a coupon")


def _decide(
    paper: Paper, session: Session, row: Request, action: str, actor: Actor | None = None
) -> None:
    decide(
        work_in(session, actor or paper.officer, paper.now, program=paper.program),
        DECLINE_KIND,
        row.id,
        row.version,
        Decided(action, reason="unclear"),
    )


def bring_decline(paper: Paper, session: Session, state: str) -> None:
    """Take a decline to a state by its services."""
    if state == "awaiting_stop":
        session.execute(update(CouponBatch).values(sandbox=False))
        reveal(paper, session)
    row = decline(paper, session)
    match state:
        case "returned_for_correction":
            _decide(paper, session, row, "return")
        case "unclear":
            _decide(paper, session, row, "mark_unclear")
        case "awaiting_stop" | "accepted":
            _decide(paper, session, row, "accept")
        case "refused":
            _decide(paper, session, row, "refuse")
        case "withdrawn":
            declines.withdraw(
                work_in(session, paper.resident(FAMILY), paper.now, program=paper.program),
                row.id,
                1,
            )


def bring_alternative(paper: Paper, session: Session, state: str) -> None:
    """Take a request for paper to a state by its services."""
    walk = Walk(paper, session, ask_for_paper(paper, session).id)
    for step in WAY[state]:
        walk.take(step)


def outcome(
    paper: Paper, exclusion: Exclusion, bring: Callable[[Paper, Session, str], None], state: str
) -> bool:
    """Return whether the action is carried out while the other subject is in the state.

    Nothing is kept.
    """
    done = False
    with contextlib.suppress(_Undone), paper.database.write() as session:
        bring(paper, session, state)
        session.flush()
        session.expire_all()
        with contextlib.suppress(DomainError), session.begin_nested():
            ACTIONS[exclusion.action](paper, session)
            done = True
        raise _Undone
    return done


def pairs(other: str) -> list[Exclusion]:
    """The rules about one other subject."""
    return [exclusion for exclusion in EXCLUSIONS if exclusion.other.name == other]


@pytest.mark.parametrize("exclusion", pairs("coupon"), ids=lambda e: e.action)
def test_what_the_coupon_bars(paper: Paper, exclusion: Exclusion) -> None:
    states = exclusion.other.states - {STOCK}
    found = {state for state in states if outcome(paper, exclusion, bring_coupon, state)}
    assert found == exclusion.allowed - {NONE}
    assert set(DEAD) <= states


@pytest.mark.parametrize("exclusion", pairs("decline"), ids=lambda e: e.action)
def test_what_a_decline_bars(paper: Paper, exclusion: Exclusion) -> None:
    found = {
        state for state in exclusion.other.states if outcome(paper, exclusion, bring_decline, state)
    }
    assert found == exclusion.allowed - {NONE}


@pytest.mark.parametrize("exclusion", pairs("alternative"), ids=lambda e: e.action)
def test_what_paper_bars(paper: Paper, exclusion: Exclusion) -> None:
    found = {
        state
        for state in exclusion.other.states
        if outcome(paper, exclusion, bring_alternative, state)
    }
    assert found == exclusion.allowed - {NONE}
