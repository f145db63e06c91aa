"""The settlement on the staff site, from a statement to the signature of officer and ward."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.demo.issuer import make_statement
from portal.domain.foundation.actors import Role
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.oversight.settlement.models import Settlement, SettlementLine
from portal.domain.people.coupons.models import Coupon, IssuerStatement, StatementDifference
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.models import Hold, Household
from tests.functional.oversight.person_lists.support import made, newest, opened, step, wish
from tests.support.coupons import AMOUNT
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.transfers import announced, digest_of
from tests.support.work import work_in

LATER = datetime(2024, 4, 2, 3, 0, tzinfo=UTC)


def statement(staff: StaffSite, used_yen: int, word: str) -> bytes:
    """A statement about every code, the first child's with these words; its sheet is entered."""
    path = staff.folder / "statement.csv"
    with staff.database.read() as session:
        coupons = session.scalars(
            select(Coupon).order_by(Coupon.entitlement_id.is_(None), Coupon.id)
        ).all()
        numbers = [open_code(work_in(session), coupon).management_no for coupon in coupons]
    rows = [
        (numbers[0], word, used_yen, AMOUNT),
        *((number, "期限切れ", 0, AMOUNT) for number in numbers[1:]),
    ]
    make_statement(path, rows)
    figures = Figures(rows=len(rows), yen=used_yen, sha256=digest_of(path.read_bytes()))
    with staff.database.write() as session:
        announced(work_in(session, now=staff.now), TransferKind.STATEMENT, path, figures)
    return path.read_bytes()


def upload(desk: Visitor, data: bytes, day: str = "2024-03-31", key: str = "u") -> int:
    answer = desk.post(
        "/settlement/statement",
        {"form_key": key, "profile": "sandbox", "as_of": day},
        files={"file": ("statement.csv", data, "text/csv")},
    )
    return answer.status_code


@pytest.fixture
def over(sqlite_staff: StaffSite) -> StaffSite:
    """Two households with coupons; the program is over."""
    sqlite_staff.add_household()
    sqlite_staff.add_household()
    sqlite_staff.give_coupons()
    sqlite_staff.clock.instant = LATER
    return sqlite_staff


def test_from_the_statement_to_the_signature(over: StaffSite) -> None:
    officer, ward = over.enter_as(Role.OFFICER), over.enter_as(Role.WARD_OFFICER)
    page = officer.open("/settlement").text
    assert "利用明細がありません" in page
    assert "「不着」は、手紙が届かず、配達済みと数えられないまま終わるこどもです。" in page
    assert "「受け取りなし」は、手紙は届いたけれど" in page
    assert ">不着・受け取りなし</span>" in officer.open("/").text
    assert "「不着・受け取りなし」は、" in officer.open("/today").text
    assert upload(officer, statement(over, 0, "期限切れ")) == 303
    assert "締めることを提案する" in officer.open("/settlement").text
    assert "確認して締める" not in ward.open("/settlement").text
    officer.send("/settlement/propose", {"form_key": "a"})
    assert "確認して締める" not in officer.open("/settlement").text
    assert "確認して締める" in ward.open("/settlement").text
    ward.send("/settlement/confirm", {"form_key": "b"})
    page = ward.open("/settlement").text
    assert "署名も合っています" in page
    assert over.count(Settlement) == 1
    ward.send("/settlement/confirm", {"form_key": "c"})
    assert over.count(Settlement) == 1
    assert "/person-lists?kind=settlement" in page
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = officer.post(f"/settlement/{kind}", {"form_key": kind})
        assert answer.content.startswith(start)


def closing(over: StaffSite) -> tuple[Visitor, Visitor]:
    """An officer and the ward's, who have closed the settlement."""
    officer, ward = over.enter_as(Role.OFFICER), over.enter_as(Role.WARD_OFFICER)
    upload(officer, statement(over, 0, "期限切れ"))
    officer.send("/settlement/propose", {"form_key": "a"})
    ward.send("/settlement/confirm", {"form_key": "b"})
    return officer, ward


def lines_of(
    over: StaffSite, asker: Visitor, ward: Visitor, key: str
) -> Sequence[Sequence[object]]:
    """The lines that somebody asks for and is given by an officer of the ward."""
    asked = wish(over, kind="settlement", form_key=key)
    assert asker.post("/person-lists/request", asked).status_code == 303
    number = newest(over).id
    secret = made(number, ward)
    workbook = opened(step(asker, number, "fetch").content, secret)
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(1).to_python()


def test_the_lines_leave_after_the_closing_as_any_list_of_persons(over: StaffSite) -> None:
    early = over.enter_as(Role.OFFICER).post(
        "/person-lists/request", wish(over, kind="settlement", form_key="early")
    )
    assert "いま1行もありません" in early.text
    officer, ward = closing(over)
    mark, columns, *rows = lines_of(over, officer, ward, "x")
    assert "持ち出した一覧 第" in str(mark[0])
    assert columns[:3] == ["明細", "世帯", "最終状態"]
    with over.database.read() as session:
        families = session.scalars(select(SettlementLine.household_id)).all()
    assert [str(row[1]).strip() for row in rows] == [f"#{key}" for key in families]
    assert officer.post("/settlement/lines", {"form_key": "y"}).status_code == 404


def test_lines_of_a_protected_family_leave_for_the_ward_alone(over: StaffSite) -> None:
    officer, ward = closing(over)
    with over.database.write() as session:
        hidden = session.scalars(select(Household).order_by(Household.id)).all()[0]
        hidden.protected = True
        key = f"#{hidden.id}"
    assert key not in str(lines_of(over, officer, ward, "x"))
    assert key in str(lines_of(over, ward, over.enter_as(Role.WARD_OFFICER), "y"))


def test_while_something_is_open_proposing_says_what(over: StaffSite) -> None:
    answer = over.enter_as(Role.OFFICER).post("/settlement/propose", {"form_key": "a"})
    assert answer.status_code == 422
    assert "利用期間の最後の日までの利用明細がありません" in answer.text
    assert over.count(Settlement) == 0


def test_what_prevents_closing_leads_to_the_lists_where_it_is_worked_off(over: StaffSite) -> None:
    """Each link leads to a page with the cases; who may not open a list has no link to it."""
    with over.database.write() as session:
        household = session.scalars(select(Household.id)).all()[0]
        first, second = session.scalars(select(Entitlement).order_by(Entitlement.id)).all()[:2]
        first.state = EntitlementState.HELD
        second.claimed_by, second.claim_id = "decline", 1
        session.add(
            Hold(household_id=household, code="W06_INSTITUTION", created_at=over.now, detail={})
        )
    officer, auditor = over.enter_as(Role.OFFICER), over.enter_as(Role.AUDITOR)
    upload(officer, statement(over, AMOUNT, "交換済"))
    card = officer.open("/settlement").text.split('id="closing"')[1].split("</section>")[0]
    links = re.findall(r'href="([^"]+)"', card)
    assert links == [
        "/settlement/differences",
        "/holds",
        "/entitlements/in_progress?claimed=1",
    ]
    for link in links:
        assert officer.get(link).status_code == 200
    assert "保留の一覧（1）" in card
    assert "申請があるこどもの一覧（1）" in card
    assert "この一覧のこどもは1人" in officer.open(links[-1]).text
    assert "/holds" not in auditor.open("/settlement").text.split('id="closing"')[1]


def test_of_a_request_that_only_the_ward_sees_no_count_of_a_blocker_tells(over: StaffSite) -> None:
    """A change of recipient stops closing, and the officer finds neither its child nor a number."""
    with over.database.write() as session:
        first, second = session.scalars(select(Entitlement).order_by(Entitlement.id)).all()[:2]
        first.claimed_by, first.claim_id = "decline", 1
        second.claimed_by, second.claim_id = "recipient_change", 2
    for role, counted in ((Role.OFFICER, 1), (Role.WARD_OFFICER, 2)):
        visitor = over.enter_as(role)
        card = visitor.open("/settlement").text.split('id="closing"')[1].split("</section>")[0]
        assert "1人、区だけが見る申請を除く" in card
        assert f"申請があるこどもの一覧（{counted}）" in card
        listed = visitor.open("/entitlements/in_progress?claimed=1").text
        assert f"この一覧のこどもは{counted}人" in listed


def test_a_proposal_can_be_taken_back(over: StaffSite) -> None:
    officer = over.enter_as(Role.OFFICER)
    upload(officer, statement(over, 0, "期限切れ"))
    officer.send("/settlement/propose", {"form_key": "a"})
    officer.send("/settlement/withdraw", {"form_key": "b"})
    assert "締めることを提案する" in officer.open("/settlement").text


@pytest.mark.parametrize(
    ("data", "day", "sentence"),
    [
        (b"", "2024-03-31", "選んでください"),
        ("管理番号,状態\n".encode(), "2024-03-31", "列 利用額, 残高"),
        (b"\xff\xfe\x00", "2024-03-31", "文字コード"),
        ("管理番号,状態,利用額,残高\n".encode(), "いつか", "日付"),
        ("管理番号,状態,利用額,残高\n".encode(), "2024-05-01", "未来"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_nothing_is_stored(
    over: StaffSite, data: bytes, day: str, sentence: str
) -> None:
    answer = over.enter_as(Role.OFFICER).post(
        "/settlement/statement",
        {"form_key": "u", "profile": "sandbox", "as_of": day},
        files={"file": ("s.csv", data, "text/csv")},
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert over.count(IssuerStatement) == 0


def test_half_a_statement_is_said_to_be_another_file_than_its_sheets(over: StaffSite) -> None:
    cut = statement(over, 0, "期限切れ")[:-3]
    answer = over.enter_as(Role.OFFICER).post(
        "/settlement/statement",
        {"form_key": "u", "profile": "sandbox", "as_of": "2024-03-31"},
        files={"file": ("s.csv", cut + b"\xff", "text/csv")},
    )
    assert answer.status_code == 422
    assert "送付票とも合いません" in answer.text


def test_a_difference_is_listed_with_its_household_and_cleared_up(over: StaffSite) -> None:
    officer = over.enter_as(Role.OFFICER)
    upload(officer, statement(over, AMOUNT, "交換済"))  # nobody ever saw that code
    page = officer.open("/settlement/differences").text
    assert "一度も表示していないコードが使われました" in page
    household = page.split('href="/households/')[1].split('"')[0]
    assert officer.get(f"/households/{household}").status_code == 200, "its task is at hand"
    with over.database.read() as session:
        number = session.scalars(select(StatementDifference.id)).one()
    empty = officer.post(
        f"/settlement/differences/{number}/settle", {"form_key": "a", f"note-{number}": ""}
    )
    assert empty.status_code == 422
    officer.send(
        f"/settlement/differences/{number}/settle",
        {"form_key": "b", f"note-{number}": "事故として記録した"},
    )
    assert "差異はありません" in officer.open("/settlement/differences").text


def test_the_household_of_a_protected_person_is_not_named_to_the_contractor(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household()
    sqlite_staff.give_coupons()
    sqlite_staff.clock.instant = LATER
    officer, ward = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.enter_as(Role.WARD_OFFICER)
    upload(officer, statement(sqlite_staff, AMOUNT, "交換済"))
    from portal.domain.people.households.models import Household

    with sqlite_staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    assert f"/households/{person.household_id}" not in officer.open("/settlement/differences").text
    assert f"/households/{person.household_id}" in ward.open("/settlement/differences").text


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_others_do_not_see_the_settlement(over: StaffSite, role: Role) -> None:
    assert over.enter_as(role).get("/settlement").status_code == 403


def test_the_auditor_reads_and_does_nothing(over: StaffSite) -> None:
    auditor = over.enter_as(Role.AUDITOR)
    assert "利用明細を取り込む" not in auditor.open("/settlement").text
    assert auditor.post("/settlement/propose", {"form_key": "a"}).status_code == 403
    assert upload(auditor, b"") == 403
