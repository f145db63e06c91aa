"""What the figures of a monthly report open: events by day for readers, letters for the ward."""

from datetime import date

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from portal.domain.oversight.reports.calls.report import KIND as CALL_REPORT
from portal.domain.oversight.reports.ledger.kinds import OF_CALLS, OF_MAIL
from portal.domain.people.households.models import Household
from tests.functional.oversight.reports.test_call_versions import Office
from tests.functional.oversight.reports.test_delivery import ABSENT, JULY, LATER, sent, told
from tests.functional.oversight.reports.test_recount import HERE, Town
from tests.functional.requests.redeliveries.conftest import sqlite_post
from tests.functional.requests.redeliveries.support import Post
from tests.support.contacts.call_month import fill
from tests.support.databases.twins import steady
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["sqlite_post"]


@pytest.fixture
def town(sqlite_staff: StaffSite) -> Town:
    return Town(sqlite_staff)


def test_each_figure_opens_its_events_from_the_page_and_from_the_file(town: Town) -> None:
    page = town.one.open(HERE).text
    for figure in OF_MAIL:
        assert f'href="{HERE}/figures/{figure}"' in page
        events = town.one.open(f"{HERE}/figures/{figure}").text
        assert figure.label in events
    assert "2023-07-10" in town.one.open(f"{HERE}/figures/posted").text
    assert "2023-07-12" in town.one.open(f"{HERE}/figures/absent").text
    assert "保管期間経過" in town.one.open(f"{HERE}/figures/returned").text
    paper = town.one.post(f"{HERE}/pdf", {"form_key": "p"}).content
    addresses = pdf.links(paper)
    assert len(addresses) == len(OF_MAIL)
    assert all(any(one.endswith(f"{HERE}/figures/{f}") for one in addresses) for f in OF_MAIL)


def test_each_figure_of_the_calls_opens_its_events(sqlite_staff: StaffSite) -> None:
    office = Office(sqlite_staff, counts=False)
    fill(sqlite_staff.database, sqlite_staff.site.program, office.agent, office.one.id or 0)
    sqlite_staff.clock.instant = LATER
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    here = "/call-report/2023-07"
    page = lead.open(here).text
    with sqlite_staff.database.read() as session:
        work = work_in(session, now=LATER, program=sqlite_staff.site.program)
        counted = {one.figure: one.reported.cases for one in CALL_REPORT.build(work, JULY).compared}
    for figure in OF_CALLS:
        assert f'href="{here}/figures/{figure}"' in page
        assert f">{counted[figure]:,}</td>" in lead.open(f"{here}/figures/{figure}").text
    assert lead.get(f"{here}/figures/posted").status_code == 404
    assert lead.get(f"{here}/figures/phone/letters").status_code == 404


def test_the_list_of_letters_is_the_wards_and_adds_up_to_the_figure(town: Town) -> None:
    ward = town.staff.enter_as(Role.WARD_OFFICER)
    assert f"{HERE}/figures/posted/letters" in ward.open(f"{HERE}/figures/posted").text
    with town.staff.database.read() as session:
        numbers = set(
            session.scalars(
                select(Letter.number)
                .join(Shipment, Shipment.letter_id == Letter.id)
                .where(Shipment.posted_on < date(2023, 8, 1))
            )
        )
    page = ward.open(f"{HERE}/figures/posted/letters").text
    assert len(numbers) == 5
    assert all(number in page for number in numbers)
    assert ward.get(f"{HERE}/figures/declined/letters").status_code == 404
    for role in (Role.OFFICER, Role.AUDITOR, Role.SUPERVISOR, Role.AGENT, Role.ADMINISTRATOR):
        visitor = town.staff.enter_as(role)
        assert visitor.get(f"{HERE}/figures/posted/letters").status_code == 403
        seen = visitor.get(f"{HERE}/figures/posted").text
        assert not any(number in seen for number in numbers)


def test_more_than_fifty_letters_have_a_next_page(
    sqlite_post: Post, sqlite_staff: StaffSite
) -> None:
    for _ in range(51):
        sent(sqlite_post, date(2023, 7, 10))
    sqlite_staff.clock.instant = LATER
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    first = ward.open(f"{HERE}/figures/posted/letters").text
    assert first.count('<th scope="row">') == 50
    assert "after=50" in first
    assert ward.open(f"{HERE}/figures/posted/letters?after=50").text.count('<th scope="row">') == 1


def test_a_protected_family_is_in_the_figure_and_nothing_tells_which(town: Town) -> None:
    paths = [f"{HERE}/figures/{figure}" for figure in OF_MAIL]
    visitors = [town.staff.enter_as(Role.OFFICER), town.staff.enter_as(Role.AUDITOR)]
    town.check()
    town.explain(town.two)
    town.submit(town.two)

    def seen() -> list[tuple[int, str, str]]:
        answers = [visitor.get(path) for visitor in visitors for path in paths]
        return [steady(answer) for answer in answers]

    before = seen()
    with town.staff.database.write() as session:
        session.execute(update(Household).where(Household.id < 4).values(protected=True))
    assert seen() == before


def test_who_reads_only_what_was_submitted_opens_no_figure_before(town: Town) -> None:
    auditor = town.staff.enter_as(Role.AUDITOR)
    path = f"{HERE}/figures/posted"
    assert auditor.get(path).status_code == 404
    town.check()
    assert auditor.get(path).status_code == 404
    town.explain(town.two)
    town.submit(town.two)
    assert auditor.get(path).status_code == 200
    for role in (Role.SUPERVISOR, Role.AGENT, Role.ADMINISTRATOR):
        assert town.staff.enter_as(role).get(path).status_code == 403


def test_letters_that_were_absent_twice_open_once(
    sqlite_post: Post, sqlite_staff: StaffSite
) -> None:
    key = sent(sqlite_post, date(2023, 7, 10))
    told(sqlite_post, (key, "2023-07-12", ABSENT), (key, "2023-07-15", ABSENT))
    sqlite_staff.clock.instant = LATER
    page = sqlite_staff.enter_as(Role.OFFICER).open(f"{HERE}/figures/absent").text
    assert "2023-07-12" in page
    assert "2023-07-15" not in page
