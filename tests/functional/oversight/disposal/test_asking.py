"""One household is disposed of on a page: asked for by one, carried out by another."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.jobs.names import JobName
from portal.domain.oversight.disposal.household import asking
from portal.domain.oversight.disposal.household.emptying import NOBODY
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import DisposedHousehold, Household
from portal.domain.people.households.queries import view_household
from portal.domain.people.staff.models import StaffUser
from portal.platform.household_list import FILE
from portal.worker.disposed_list import DisposedList
from portal.worker.jobs import all_jobs
from tests.support.people import CANARY_NAME, Person
from tests.support.reading import pdf
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in
from tests.support.worker import Going

PLACE = "/household-disposals"
NUMBER = "9800000001"
ASKED = {
    "number": NUMBER,
    "decision_no": "5汐子第77号",
    "decided_on": "2023-06-01",
    "ground": "stop_request",
    "form_key": "ask",
}
ACT = {"number": NUMBER, "papers_gone": "1", "form_key": "act"}


def ended(staff: StaffSite, **options: object) -> Person:
    """A household of which nothing is open."""
    person = staff.add_household(active=True, **options)
    with staff.database.write() as session:
        session.execute(
            update(Entitlement)
            .where(Entitlement.household_id == person.household_id)
            .values(state="declined")
        )
    return person


def ask(staff: StaffSite, role: Role = Role.OFFICER, **other: str) -> Visitor:
    asker = staff.enter_as(role)
    asker.open(PLACE)
    asker.send(f"{PLACE}/ask", ASKED | other)
    return asker


def key(staff: StaffSite) -> int:
    with staff.database.read() as session:
        return session.scalars(select(Approval.id).order_by(Approval.id.desc())).first() or 0


def name_of(staff: StaffSite, person: Person) -> str:
    with staff.database.read() as session:
        return view_household(work_in(session), person.household_id).fields.name


def test_two_people_dispose_of_it_and_get_the_certificate(staff: StaffSite) -> None:
    person = ended(staff)
    asker = ask(staff)
    assert asker.page is not None
    assert "まだ何も消えていません" in asker.page.text
    assert name_of(staff, person) == CANARY_NAME
    ward = staff.enter_as(Role.WARD_OFFICER)
    shown = ward.open(f"{PLACE}/{key(staff)}").text
    for word in ("こども（氏名、生年月日）", "紙と媒体", "残るもの", "5汐子第77号"):
        assert word in shown, word
    for secret in (NUMBER, CANARY_NAME):
        assert secret not in shown, "the second person reads it in the ward's decision"
    done = ward.send(f"{PLACE}/{key(staff)}/carry-out", ACT)
    assert "証明書を印刷し" in done.text
    assert name_of(staff, person) == NOBODY
    (event,) = staff.events("household.disposed")
    assert event.detail["decision"] == "5汐子第77号"
    with staff.database.read() as session:
        row = session.scalars(select(DisposedHousehold.id)).one()
    for reader in (ward, asker):
        file = reader.post(f"{PLACE}/done/{row}/certificate", {"form_key": "pdf"})
        said = "".join(pdf.text(file.content))
        assert ("5汐子第77号" in said, "紙と媒体" in said) == (True, True)
        assert CANARY_NAME not in said


def test_it_stands_on_the_list_for_restores_as_soon_as_the_worker_looks(
    sqlite_staff: StaffSite, tmp_path: Path
) -> None:
    staff = sqlite_staff
    ended(staff)
    ask(staff)
    staff.enter_as(Role.WARD_OFFICER).send(f"{PLACE}/{key(staff)}/carry-out", ACT)
    settings = replace(staff.site.settings, backup_dir=tmp_path / "kept", audit_heads=None)
    job = DisposedList(settings)
    assert JobName.DISPOSED not in all_jobs(Path("letters"))
    source = staff.site.work_source()
    assert [job.turn(source, Going()).handled for _ in range(2)] == [1, 0]
    assert "5汐子第77号" in (tmp_path / "kept" / FILE).read_text("utf-8")


def test_nobody_carries_out_what_they_asked_for(staff: StaffSite) -> None:
    person = ended(staff)
    asker = ask(staff, Role.WARD_OFFICER)
    assert "ほかの人が、この画面で実行します" in asker.open(f"{PLACE}/{key(staff)}").text
    refused = asker.post(f"{PLACE}/{key(staff)}/carry-out", ACT)
    assert (refused.status_code, "自分では承認できません" in refused.text) == (422, True)
    assert name_of(staff, person) == CANARY_NAME


def test_two_of_the_contractor_are_not_enough(staff: StaffSite) -> None:
    person = ended(staff)
    ask(staff)
    refused = staff.enter_as(Role.OFFICER).post(f"{PLACE}/{key(staff)}/carry-out", ACT)
    assert (refused.status_code, "受託者の二人だけ" in refused.text) == (422, True)
    assert name_of(staff, person) == CANARY_NAME


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": "9800000002"}, "申請された世帯の番号とちがいます"),
        ({"papers_gone": ""}, "紙と媒体を、区に返したか"),
    ],
)
def test_another_number_and_papers_that_are_there_stop_it(
    sqlite_staff: StaffSite, typed: dict[str, str], said: str
) -> None:
    person = ended(sqlite_staff)
    ended(sqlite_staff)
    ask(sqlite_staff)
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    refused = ward.post(f"{PLACE}/{key(sqlite_staff)}/carry-out", ACT | typed)
    assert (refused.status_code, said in refused.text) == (422, True)
    assert name_of(sqlite_staff, person) == CANARY_NAME
    assert sqlite_staff.count(Approval, state="proposed") == 1


def test_what_is_open_is_said_and_stops_it(staff: StaffSite) -> None:
    person = staff.add_household(active=True)
    ask(staff)
    ward = staff.enter_as(Role.WARD_OFFICER)
    page = ward.open(f"{PLACE}/{key(staff)}").text
    assert "手続きの終わっていないこども" in page
    assert "この世帯を廃棄する" not in page
    refused = ward.post(f"{PLACE}/{key(staff)}/carry-out", ACT)
    assert (refused.status_code, "まだ廃棄できません" in refused.text) == (422, True)
    assert name_of(staff, person) == CANARY_NAME


def test_a_request_is_taken_back_or_refused_and_nothing_goes(sqlite_staff: StaffSite) -> None:
    staff = sqlite_staff
    person = ended(staff)
    asker = ask(staff)
    again = staff.enter_as(Role.OFFICER).post(f"{PLACE}/ask", ASKED | {"form_key": "more"})
    assert "もう申請されています" in again.text
    assert "取りやめました" in asker.send(f"{PLACE}/{key(staff)}/refuse", {"form_key": "r"}).text
    ask(staff, form_key="second")
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert "取りやめました" in ward.send(f"{PLACE}/{key(staff)}/refuse", {"form_key": "r"}).text
    assert "実行を待つ廃棄はありません" in ward.open(PLACE).text
    late = ward.post(f"{PLACE}/{key(staff)}/carry-out", ACT)
    assert late.status_code == 404
    assert name_of(staff, person) == CANARY_NAME
    states = {"withdrawn": 1, "refused": 1}
    assert {state: staff.count(Approval, state=state) for state in states} == states


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": ""}, "見つかりませんでした"),
        ({"decision_no": " "}, "区の決定の番号を"),
        ({"decided_on": "2099-01-01"}, "今日かそれより前の日"),
        ({"decided_on": "x"}, "日付を、2023-06-30"),
        ({"ground": "because"}, "理由を選んでください"),
    ],
)
def test_a_wrong_field_is_named(sqlite_staff: StaffSite, typed: dict[str, str], said: str) -> None:
    ended(sqlite_staff)
    refused = sqlite_staff.enter_as(Role.OFFICER).post(f"{PLACE}/ask", ASKED | typed)
    assert (refused.status_code, said in refused.text) == (422, True)
    assert sqlite_staff.count(Approval) == 0


def test_a_protected_household_is_absent_for_the_contractor(staff: StaffSite) -> None:
    person = ended(staff)
    absent = staff.enter_as(Role.OFFICER).post(f"{PLACE}/ask", ASKED | {"number": "9899999999"})
    ask(staff)
    protect(staff, person)
    officer = staff.enter_as(Role.OFFICER)
    hidden = officer.post(f"{PLACE}/ask", ASKED)
    sentence = "この番号の世帯は、見つかりませんでした。"
    assert (absent.status_code, hidden.status_code) == (422, 422)
    assert (absent.text.count(sentence), hidden.text.count(sentence)) == (2, 2)
    assert "実行を待つ廃棄はありません" in officer.open(PLACE).text
    for action in ("", "/carry-out", "/refuse"):
        place = f"{PLACE}/{key(staff)}{action}"
        answer = officer.post(place, ACT) if action else officer.get(place)
        assert answer.status_code == 404, action
    ward = staff.enter_as(Role.WARD_OFFICER)
    refused = ward.post(f"{PLACE}/{key(staff)}/carry-out", ACT)
    assert "いまはこれを申請できません" in refused.text
    ward.send(f"{PLACE}/{key(staff)}/refuse", {"form_key": "r"})
    ask(staff, Role.WARD_OFFICER, form_key="ward")
    assert "廃棄しました" in ward.send(f"{PLACE}/{key(staff)}/carry-out", ACT).text
    assert name_of(staff, person) == NOBODY
    assert "1世帯だけの廃棄は、まだありません" in officer.open(PLACE).text
    with staff.database.read() as session:
        row = session.scalars(select(DisposedHousehold.id)).one()
    assert officer.post(f"{PLACE}/done/{row}/certificate", {}).status_code == 404


def protect(staff: StaffSite, person: Person) -> None:
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True


def test_whoever_asked_and_left_is_no_second_person(sqlite_staff: StaffSite) -> None:
    staff = sqlite_staff
    person = ended(staff)
    ask(staff)
    with staff.database.write() as session:
        session.execute(update(StaffUser).values(active=False))
    refused = staff.enter_as(Role.WARD_OFFICER).post(f"{PLACE}/{key(staff)}/carry-out", ACT)
    assert (refused.status_code, "いまはこれを申請できません" in refused.text) == (422, True)
    assert name_of(staff, person) == CANARY_NAME


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_have_no_part_in_it(sqlite_staff: StaffSite, role: Role) -> None:
    staff = sqlite_staff
    ended(staff)
    ask(staff)
    stranger = staff.enter_as(role)
    assert stranger.get(PLACE).status_code == 403
    assert stranger.post(f"{PLACE}/{key(staff)}/carry-out", ACT).status_code == 403
    actor = Actor(role, staff.hire(role).id, Organization.WARD)
    with staff.database.read() as session, pytest.raises(DomainError) as refused:
        asking.waiting(work_in(session, actor, staff.now))
    assert refused.value.code == "not_allowed"


def test_three_at_once_dispose_of_it_once(staff: StaffSite) -> None:
    ended(staff)
    ask(staff)
    wanted = key(staff)
    officers = [staff.hire(Role.WARD_OFFICER).id for _one in range(3)]

    def act(officer: int) -> str:
        actor = Actor(Role.WARD_OFFICER, officer, Organization.WARD)
        try:
            with staff.database.write() as session:
                work = work_in(session, actor, staff.now)
                asking.carry_out(work, wanted, NUMBER, papers_gone=True)
        except DomainError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(3) as pool:
        found = sorted(pool.map(act, officers))
    assert found[0] == ""
    assert set(found[1:]) <= {"wrong_state", "not_found"}
    assert staff.count(DisposedHousehold) == 1
