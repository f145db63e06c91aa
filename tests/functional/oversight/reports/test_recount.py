"""Figures that are paid by: they open their events, and a second count stands beside them."""

from datetime import date

import httpx
import pytest
from sqlalchemy import select, text, update

from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.letters.shipments import services as mail
from portal.domain.letters.shipments.models import Shipment
from portal.domain.oversight.reports.calls.report import KIND as CALL_REPORT
from portal.domain.oversight.reports.ledger.kinds import Figure
from portal.domain.oversight.reports.mail.delivery import KIND as DELIVERY_REPORT
from portal.domain.oversight.reports.monthly import services as monthly
from portal.domain.oversight.reports.monthly.explaining import explain
from portal.domain.oversight.reports.monthly.models import ReportDifference
from portal.domain.oversight.reports.monthly.versions import Draft, Kind
from portal.platform.append_only import open_ledgers
from tests.functional.oversight.reports.test_call_versions import Office
from tests.functional.oversight.reports.test_delivery import (
    JULY,
    LATER,
    a_summer,
)
from tests.functional.requests.redeliveries.conftest import post, sqlite_post
from tests.functional.requests.redeliveries.support import PROGRAM, Post, make_post
from tests.support.contacts.call_month import add_marked_call, fill
from tests.support.reading import pdf
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["post", "sqlite_post"]
HERE = "/delivery-report/2023-07"
WHY = "郵便局の記録を取り込みなおしたため。"


def draft(post: Post, kind: Kind = DELIVERY_REPORT) -> Draft:
    with post.database.read() as session:
        return kind.build(work_in(session, now=LATER, program=PROGRAM), JULY)


def test_a_month_of_mail_and_its_recount_agree(post: Post) -> None:
    a_summer(post)
    found = draft(post)
    counted = {one.figure: one.recounted.cases for one in found.compared}
    assert counted == {"posted": 5, "delivered": 2, "absent": 2, "returned": 1, "declined": 0}
    assert found.differences == ()
    assert ("数えなおし", "すべて一致しています") in found.report.facts


def test_a_letter_in_hand_that_the_post_had_delivered_counts_in_both(post: Post) -> None:
    a_summer(post)
    with post.database.write() as session:
        row = session.scalars(select(Shipment).where(Shipment.state == "delivered")).first()
        assert row is not None
        back = mail.MailReturn("moved_unknown", date(2023, 7, 28))
        mail.turn_up(work_in(session, now=LATER), row.id, back)
    found = draft(post)
    counted = {one.figure: one.recounted.cases for one in found.compared}
    assert (counted[Figure.DELIVERED], counted[Figure.RETURNED]) == (2, 2)
    assert found.differences == ()


@pytest.mark.parametrize(
    ("statement", "figure"),
    [
        ("UPDATE shipment SET posted_on = '2023-06-30' WHERE id = 1", Figure.POSTED),
        ("UPDATE shipment SET delivered_on = NULL WHERE id = 1", Figure.DELIVERED),
        ("UPDATE shipment SET returned_on = '2023-07-02' WHERE id = 1", Figure.RETURNED),
        ("DELETE FROM audit_event WHERE action = 'shipment.receive'", Figure.RETURNED),
    ],
)
def test_a_row_that_says_something_else_than_the_log_stands_red(
    sqlite_post: Post, statement: str, figure: Figure
) -> None:
    a_summer(sqlite_post)
    with sqlite_post.database.write() as session:
        open_ledgers(session.connection())
        session.execute(text(statement))
    found = draft(sqlite_post)
    assert [one.figure for one in found.differences] == [figure]
    summary, recount = found.report.tables[0], found.report.tables[-1]
    assert [summary.rows[place][0] for place in summary.alarms] == [figure.label]
    assert [recount.rows[place][-1] for place in recount.alarms] == ["合いません"]


def test_a_month_of_calls_and_its_recount_agree(staff: StaffSite) -> None:
    office = Office(staff, counts=False)
    fill(staff.database, staff.site.program, office.agent, office.one.id or 0)
    with staff.database.read() as session:
        found = CALL_REPORT.build(work_in(session, now=LATER, program=staff.site.program), JULY)
    assert all(one.reported.cases for one in found.compared)
    assert found.differences == ()
    with staff.database.write() as session:
        key = select(Call.id).where(Call.day == date(2023, 7, 12), Call.channel == "phone").limit(1)
        session.execute(
            update(Call).where(Call.id == key.scalar_subquery()).values(direction="outbound")
        )
        first = "SELECT min(id) FROM telephony_count WHERE answered > 0 AND half_hour = 20"
        session.execute(text(f"UPDATE telephony_count SET abandoned = 0 WHERE id = ({first})"))
    with staff.database.read() as session:
        found = CALL_REPORT.build(work_in(session, now=LATER, program=staff.site.program), JULY)
    assert found.differences == ()  # both counts read what stands there now


def test_a_contact_that_nobody_ended_is_not_in_the_recount(sqlite_staff: StaffSite) -> None:
    office = Office(sqlite_staff)
    key = add_marked_call(sqlite_staff.database, office.agent, date(2023, 7, 12), "x")
    office.check()
    with sqlite_staff.database.write() as session:
        open_ledgers(session.connection())
        session.execute(
            text(
                "UPDATE audit_event SET subject_id = 0 WHERE subject = 'call' AND subject_id = :k"
            ),
            {"k": key},
        )
        found = CALL_REPORT.build(work_in(session, now=LATER, program=office.program), JULY)
    assert [one.figure for one in found.differences] == [Figure.PHONE]


class Town:
    """July's mail on a staff site, with one letter whose delivery its row has lost."""

    def __init__(self, staff: StaffSite) -> None:
        staff.clock.instant = LATER
        self.staff, self.post = staff, make_post(staff.database)
        a_summer(self.post)
        with staff.database.write() as session:
            session.execute(text("UPDATE shipment SET delivered_on = NULL WHERE id = 1"))
        self.one, self.two = staff.enter_as(Role.OFFICER), staff.enter_as(Role.OFFICER)

    def check(self) -> None:
        self.one.send(f"{HERE}/check", {"form_key": "c"})

    def explain(
        self, visitor: Visitor, reason: str = WHY, figure: str = "delivered", key: str = "e"
    ) -> httpx.Response:
        return visitor.post(
            f"{HERE}/differences/{figure}", {"form_key": key, f"reason-{figure}": reason}
        )

    def submit(self, visitor: Visitor, key: str = "s", number: int = 1) -> httpx.Response:
        return visitor.post(f"{HERE}/submit", {"form_key": key, "number": str(number)})


@pytest.fixture
def town(sqlite_staff: StaffSite) -> Town:
    return Town(sqlite_staff)


def test_a_difference_is_explained_by_a_second_person_before_the_report_goes(town: Town) -> None:
    page = town.one.open(HERE).text
    assert "記録から数えなおすと、合わない数字が1件あります。" in page
    assert 'class="mark stop"' in page
    town.check()
    assert "ほかの人が、理由を書きます。" in town.one.open(HERE).text
    own = town.explain(town.one)
    assert own.status_code == 422
    assert "ほかの人が書いてください" in own.text
    refused = town.submit(town.two)
    assert refused.status_code == 422
    assert "理由が、まだありません: 配達完了" in refused.text
    assert town.explain(town.two, "", key="e1").status_code == 422
    assert "電話" in town.explain(town.two, "電話 090-1234-5678 の方", key="e2").text
    assert {town.explain(town.two, key="e3").status_code for _ in range(3)} == {303}
    assert town.staff.count(ReportDifference) == 1
    again = town.explain(town.two, "ほかの理由", key="e4")
    assert "もう書いてあります" in again.text
    assert town.submit(town.two, "s2").status_code == 303
    paper = town.one.post(f"{HERE}/versions/1/pdf", {"form_key": "p"}).content
    said = "".join(pdf.text(paper)).replace("\r", "").replace("\n", "")
    assert "数えなおしと合わない数字" in said
    assert WHY in said
    (event,) = town.staff.events("report.explained")
    assert event.detail == {"kind": "delivery", "version": 1, "figure": "delivered"}


def test_a_figure_that_agrees_and_one_of_another_report_have_no_reason(town: Town) -> None:
    town.check()
    for figure in ("posted", "offered", "x"):
        answer = town.explain(town.two, figure=figure, key=figure)
        assert answer.status_code == 422, figure
        assert "数えなおしと合っています" in answer.text


def test_before_the_check_and_after_the_submission_nothing_is_explained(town: Town) -> None:
    assert "確認ずみで、まだ提出していない" in town.explain(town.two).text
    calls = {"form_key": "c", "reason-phone": WHY}
    told = town.two.post("/call-report/2023-07/differences/phone", calls).text
    assert "確認ずみで、まだ提出していない" in told
    town.check()
    town.explain(town.two, key="now")
    town.submit(town.two)
    assert "確認ずみで、まだ提出していない" in town.explain(town.two, key="late").text


def test_a_version_that_went_back_needs_its_reason_anew(town: Town) -> None:
    town.check()
    town.explain(town.two)
    town.one.send(f"{HERE}/give-back", {"form_key": "g"})
    town.one.send(f"{HERE}/check", {"form_key": "c2"})
    refused = town.submit(town.two, "s2", 2)
    assert "理由が、まだありません" in refused.text


@pytest.mark.parametrize("refusal", [NotAllowedError, InputError, NotFoundError, ConflictError])
def test_the_rule_holds_below_the_page(sqlite_staff: StaffSite, refusal: type[DomainError]) -> None:
    town = Town(sqlite_staff)
    town.check()
    key = DELIVERY_REPORT.key(JULY)
    ward = Actor(Role.WARD_OFFICER, sqlite_staff.hire(Role.WARD_OFFICER).id, Organization.WARD)
    nobody = Actor(Role.OFFICER, None, Organization.CONTRACTOR)
    asked: dict[type[DomainError], tuple[Actor, str, str]] = {
        NotAllowedError: (nobody, "delivered", WHY),
        InputError: (ward, "delivered", "あ" * 401),
        NotFoundError: (ward, "posted", WHY),
        ConflictError: (ward, "delivered", WHY),
    }
    actor, figure, reason = asked[refusal]
    with sqlite_staff.database.write() as session:
        work = work_in(session, actor, LATER, program=PROGRAM)
        if refusal is ConflictError:
            monthly.give_back(work, key)
        with pytest.raises(refusal):
            explain(work, key, figure, reason)
