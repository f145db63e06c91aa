"""Many at once: a decline against a reveal, an exchange, another decline and a paper form.

One winner each, sums whole.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.errors import DomainError
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.states import COUPON
from portal.domain.people.entitlements.services import change
from portal.domain.requests.declines import paper, services
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.declines.states import LIVE
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import PaperEntry
from portal.platform.database import Database
from tests.functional.requests.declines.support import NOW, PARENT, PROGRAM, Desk, coupon, make_desk
from tests.support.work import work_in

HOUSEHOLDS = 30
Act = Callable[[Session, int], object]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return make_desk(database, tmp_path, households=HOUSEHOLDS, reserve=0)


def race(desk: Desk, *acts: Act) -> list[list[str]]:
    """Carry out every act for every household on eight threads.

    Per act what each household was told ("" when done).
    """

    def once(act: Act, household: int) -> str:
        try:
            with desk.database.write() as session:
                act(session, household)
        except DomainError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(8) as pool:
        pairs = [(household, act) for household in range(1, HOUSEHOLDS + 1) for act in acts]
        told = list(pool.map(lambda pair: once(pair[1], pair[0]), pairs))
    return [told[number :: len(acts)] for number in range(len(acts))]


def decline(session: Session, household: int) -> Request:
    return services.submit(work_in(session, PARENT, NOW, program=PROGRAM), household, (1,))


def reveal(session: Session, household: int) -> None:
    coupons.reveal(work_in(session, PARENT, NOW), coupon(session, household, 1))


def exchange(session: Session, household: int) -> None:
    """What an import of the issuer does to an exchanged code.

    The coupon's step and the child's, in one transaction.
    """
    row = coupon(session, household, 1)
    change(
        work_in(session, PARENT, NOW), row.entitlement_id or 0, "exchange"
    )  # locks the child first, as everybody does
    session.refresh(row, with_for_update=True)
    row.state = COUPON.next(row.state, "import_full")


def test_a_reveal_and_a_decline_of_a_code_that_cannot_be_stopped(desk: Desk) -> None:
    desk.issuer(stop="never", sandbox=False)
    shown, declined = race(desk, reveal, decline)
    for household, (seen, taken) in enumerate(zip(shown, declined, strict=True), 1):
        assert (seen == "") != (taken == ""), (seen, taken)
        state = desk.states(household)[0]
        assert state == (
            ("in_progress", "revealed", False) if seen == "" else ("in_progress", "suspended", True)
        )
        assert "クーポン" in seen + taken


def test_an_exchange_and_a_decline_of_a_shown_code(desk: Desk) -> None:
    for household in range(1, HOUSEHOLDS + 1):
        desk.reveal(household)
    exchanged, declined = race(desk, exchange, decline)
    for household, (spent, taken) in enumerate(zip(exchanged, declined, strict=True), 1):
        assert (spent == "") != (taken == ""), (spent, taken)
        state = desk.states(household)[0]
        assert state == (
            ("exchanged", "exchanged", False) if spent == "" else ("in_progress", "suspended", True)
        )


def test_the_portal_a_paper_form_and_a_second_tab_are_one_decline(desk: Desk) -> None:
    form = PaperEntry(Channel.POST, NOW, DeclineNote(), no_scan="with_ward")

    def by_post(session: Session, household: int) -> None:
        paper.enter_form(
            work_in(session, desk.officer, NOW, program=PROGRAM), household, (1,), form
        )

    web, post, tab = race(desk, decline, by_post, decline)
    assert set(post) == {""}
    assert sum(told == "" for told in web + tab) <= HOUSEHOLDS
    assert all("もう受け付けています" in told for told in web + tab if told)
    with desk.database.read() as session:
        assert len(session.scalars(select(Request)).all()) == HOUSEHOLDS
        assert (
            len(session.scalars(select(DeclineItem).where(DeclineItem.state.in_(LIVE))).all())
            == HOUSEHOLDS
        )
        assert len(session.scalars(select(PaperForm)).all()) == HOUSEHOLDS
        desk.check_sums(session)


def test_accepting_and_taking_back_have_one_order(desk: Desk) -> None:
    rows = {n: desk.submit(n, (1,)) for n in range(1, HOUSEHOLDS + 1)}

    def accept(session: Session, household: int) -> None:
        row = rows[household]
        decide(
            work_in(session, desk.officer, NOW, program=PROGRAM),
            DECLINE_KIND,
            row.id,
            row.version,
            Decided("accept"),
        )

    def take_back(session: Session, household: int) -> None:
        services.withdraw(
            work_in(session, PARENT, NOW, program=PROGRAM), rows[household].id, household
        )

    accepted, back = race(desk, accept, take_back)
    for household, (done, withdrawn) in enumerate(zip(accepted, back, strict=True), 1):
        state = desk.states(household)[0]
        if withdrawn == "":
            assert done != ""
            assert state == ("in_progress", "assigned", False)
        else:  # nothing is in reserve, so that an accepted one stays
            assert (done, state) == ("", ("declined", "voided", False))
            assert "残っていない" in withdrawn
