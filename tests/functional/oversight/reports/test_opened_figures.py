"""What figures of settlement and declines open: counted for readers, one by one for the ward."""

import re
from html import unescape

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.actors import Role
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.oversight.reports.ledger.children import DeclineFigure
from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from tests.functional.oversight.reports.test_declines import declared
from tests.support.databases.twins import steady
from tests.support.people import give_coupons
from tests.support.reading import pdf
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

CELL = re.compile(r'<a class="cell" href="([^"]+)">\s*([\d,]+)<span class="hidden">')
TOTAL = re.compile(r'<td class="n">([\d,]+)</td>')
DECLINES, SETTLEMENT = "/reports/declines", "/settlement"
READERS = (Role.OFFICER, Role.AUDITOR)


@pytest.fixture
def ward(sqlite_staff: StaffSite) -> StaffSite:
    """Declines of three ways, a deemed one, children with shown, used and unused codes."""
    declared(sqlite_staff)
    for _family in range(3):
        sqlite_staff.add_household(active=True)
    give_coupons(sqlite_staff.database, sqlite_staff.folder, sqlite_staff.now, seed=2)
    with sqlite_staff.database.write() as session:
        keys = session.scalars(
            select(Coupon.id)
            .where(Coupon.entitlement_id.is_not(None))
            .order_by(Coupon.entitlement_id.desc())
        ).all()
        shown = update(Coupon).where(Coupon.id.in_(keys[1:4]))
        session.execute(shown.values(revealed_at=sqlite_staff.now))
        used = {"used_yen": 30_000, "issuer_as_of": sqlite_staff.now.date(), "state": "exchanged"}
        session.execute(update(Coupon).where(Coupon.id == keys[1]).values(**used))
        last = session.scalars(select(Entitlement).order_by(Entitlement.id.desc())).first()
        assert last is not None
        last.state = "held"
    return sqlite_staff


def figures(visitor: Visitor, report: str) -> dict[str, tuple[str, list[str]]]:
    """Every figure that a report opens: households on its page, and the rest of its row."""
    page = visitor.open(report).text
    found = {}
    for match in CELL.finditer(page):
        row = page[match.end() :].split("</tr>", 1)[0]
        found[unescape(match[1])] = (match[2], TOTAL.findall(row)[:2])
    return found


def opened_total(visitor: Visitor, path: str) -> tuple[str, list[str]]:
    page = visitor.open(path).text
    if "<tfoot>" not in page:
        assert "ありません。" in page
        return "0", ["0", "0"]
    households, *rest = TOTAL.findall(page.split("<tfoot>")[1].split("</tfoot>")[0])[-3:]
    return households, rest


@pytest.mark.parametrize("report", [DECLINES, SETTLEMENT])
def test_every_figure_opens_as_many_as_it_counts(ward: StaffSite, report: str) -> None:
    officer = ward.enter_as(Role.OFFICER)
    found = figures(officer, report)
    paths = {
        DECLINES: {f"{DECLINES}/figures/{figure}" for figure in DeclineFigure},
        SETTLEMENT: {f"{SETTLEMENT}/states/{state}" for state in SettledState}
        | {f"{SETTLEMENT}/deliveries/{way}" for way in DeliveredMeans},
    }
    assert set(found) == paths[report]
    assert {path: opened_total(officer, path) for path in found} == found
    counted = [path for path, (households, _rest) in found.items() if households != "0"]
    assert len(counted) >= (4 if report == DECLINES else 7), counted


def test_what_happened_stands_beside_the_day(ward: StaffSite) -> None:
    officer = ward.enter_as(Role.OFFICER)
    for path, day, what in (
        (f"{DECLINES}/figures/accepted", "2023-07-21", "ポータル"),
        (f"{DECLINES}/figures/fax", "2023-08-01", "FAX"),
        (f"{SETTLEMENT}/states/declined", "2023-07-20", "ポータル"),
        (f"{SETTLEMENT}/states/exchanged", f"{ward.now.date()}", "発行者が利用を報告した"),
        (f"{SETTLEMENT}/states/waiting", "–", "保留"),
        (f"{SETTLEMENT}/states/undelivered", "–", "手紙を差し出していない"),
        (f"{SETTLEMENT}/deliveries/revealed", "2023-08-01", "クーポンを表示した"),
    ):
        page = officer.open(path).text
        assert day in page, path
        assert what in page, path


def test_the_files_open_them_too(ward: StaffSite) -> None:
    officer = ward.enter_as(Role.OFFICER)
    for report, count in ((DECLINES, len(DeclineFigure)), (SETTLEMENT, len(SettledState) + 3)):
        officer.open(report)
        paper = officer.post(f"{report}/pdf", {"form_key": f"p{count}"}).content
        assert len({one for one in pdf.links(paper) if report in one}) == count


def test_single_children_are_the_wards_and_add_up(ward: StaffSite) -> None:
    visitor = ward.enter_as(Role.WARD_OFFICER)
    for report in (DECLINES, SETTLEMENT):
        for path, (_households, (children, _yen)) in figures(visitor, report).items():
            assert f'href="{path}/children"' in visitor.open(path).text
            page = visitor.open(f"{path}/children").text
            assert page.count('href="/households/') == int(children), path
    for role in (*READERS, Role.SUPERVISOR, Role.AGENT, Role.ADMINISTRATOR):
        other = ward.enter_as(role)
        for path in (f"{DECLINES}/figures/accepted", f"{SETTLEMENT}/states/waiting"):
            assert other.get(f"{path}/children").status_code == 403
            allowed = role in READERS
            assert other.get(path).status_code == (200 if allowed else 403)
            assert "/households/" not in other.get(path).text


def test_more_than_fifty_have_a_next_page(sqlite_staff: StaffSite) -> None:
    for _family in range(26):
        sqlite_staff.add_household(active=True, children=2)
    visitor = sqlite_staff.enter_as(Role.WARD_OFFICER)
    path = f"{SETTLEMENT}/states/undelivered/children"
    first = visitor.open(path).text
    assert first.count('<th scope="row">') == 50
    (after,) = re.findall(r"after=(\d+)", first)
    assert visitor.open(f"{path}?after={after}").text.count('<th scope="row">') == 2
    assert visitor.open(f"{path}?after=-1").text.count('<th scope="row">') == 50


def test_there_is_no_other_figure(ward: StaffSite) -> None:
    visitor = ward.enter_as(Role.WARD_OFFICER)
    for path in (
        "/reports/declines/figures/command",
        "/settlement/states/x",
        "/settlement/deliveries/x",
    ):
        assert visitor.get(path).status_code == 404
        assert visitor.get(f"{path}/children").status_code == 404


def test_a_protected_family_is_in_the_figure_and_nothing_tells_which(ward: StaffSite) -> None:
    visitors = [ward.enter_as(role) for role in READERS]
    paths = [*figures(visitors[0], DECLINES), *figures(visitors[0], SETTLEMENT)]

    def seen() -> list[tuple[int, str, str]]:
        return [steady(visitor.get(path)) for visitor in visitors for path in paths]

    before = seen()
    with ward.database.write() as session:
        session.execute(update(Household).where(Household.id < 4).values(protected=True))
    assert seen() == before
