"""The office's page of coupons that shops refuse.

Looked up, stopped and replaced by two, reported to the ward.
"""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.households.models import Household
from tests.functional.mailroom.incidents.support import Office
from tests.support.people import CANARY_NAME
from tests.support.reading import pdf
from tests.support.resident import Visitor

ANSWER = {"status": "unused", "as_of": "2023-07-31", "form_key": "l"}


def opened(office: Office, row: CouponFault, role: Role = Role.OFFICER) -> Visitor:
    desk = office.staff.enter_as(role)
    desk.open(f"/coupon-faults/{row.id}")
    return desk


def test_the_whole_way_with_a_stop_that_the_issuer_answers_later(office: Office) -> None:
    person = office.family()
    row = office.report(person)
    desk = opened(office, row)
    assert row.receipt_no in desk.open("/coupon-faults").text
    page = desk.send(f"/coupon-faults/{row.id}/look-up", ANSWER).text
    assert "使われていない" in page
    assert "2023-07-31 の時点" in page
    page = desk.send(f"/coupon-faults/{row.id}/replace/propose", {"form_key": "r"}).text
    assert "ほかの人が承認すると" in page
    assert "承認して、古いコードを止める" not in page
    assert desk.post(f"/coupon-faults/{row.id}/replace", {"form_key": "o"}).status_code == 422
    assert office.coupons(person) == ["revealed"]
    assert "差し替えの承認待ち" in desk.open("/coupon-faults?state=looked_up").text
    second = opened(office, row)
    assert 'href="/coupon-faults?proposed=1"' in second.open("/").text
    second.open(f"/coupon-faults/{row.id}")
    page = second.send(f"/coupon-faults/{row.id}/replace", {"form_key": "c"}).text
    assert "発行者に停止を頼みます" in page
    desk.open("/stops")
    desk.post(f"/stops/{row.coupon_id}/answer", {"answer": "stopped", "form_key": "s"})
    page = desk.open(f"/coupon-faults/{row.id}").text
    for number in office.numbers(person):
        assert number in page, "both codes are seen, by the issuer's numbers for them"
    assert "無効" in page
    assert office.coupons(person) == ["voided", "assigned"]


def test_pressed_three_times_it_is_one_new_code(office: Office) -> None:
    person = office.family(sandbox=True)
    row = office.report(person)
    desk = opened(office, row)
    desk.send(f"/coupon-faults/{row.id}/look-up", ANSWER)
    desk.send(f"/coupon-faults/{row.id}/replace/propose", {"form_key": "p"})
    second = opened(office, row)
    answers = [second.post(f"/coupon-faults/{row.id}/replace", {"form_key": "r"}) for _ in range(3)]
    assert {one.status_code for one in answers} == {303}
    assert office.coupons(person) == ["voided", "assigned"]


@pytest.mark.parametrize(
    ("changed", "spot"),
    [
        ({"status": ""}, "status"),
        ({"as_of": "x"}, "as_of"),
        ({"as_of": "2023-08-02"}, "as_of"),
        ({"status": "part_used", "used_yen": "30000"}, "used_yen"),
        ({"used_yen": "x"}, "used_yen"),
    ],
)
def test_a_fault_in_the_answer_stands_beside_its_field(
    quick_office: Office, changed: dict[str, str], spot: str
) -> None:
    row = quick_office.report(quick_office.family())
    desk = opened(quick_office, row)
    answer = desk.post(f"/coupon-faults/{row.id}/look-up", ANSWER | changed)
    assert answer.status_code == 422
    assert f'href="#{spot}"' in answer.text
    assert quick_office.fresh(row).state == "reported"


def test_replacing_without_the_issuers_word_is_refused_in_words(quick_office: Office) -> None:
    row = quick_office.report(quick_office.family())
    desk = opened(quick_office, row)
    for number, step in enumerate(("replace", "replace/propose")):
        answer = desk.post(f"/coupon-faults/{row.id}/{step}", {"form_key": str(number)})
        assert answer.status_code == 422
        assert 'id="case"' in answer.text


def test_a_proposal_is_withdrawn_and_nothing_was_stopped(quick_office: Office) -> None:
    person = quick_office.family(sandbox=True)
    row = quick_office.report(person)
    quick_office.look_up(row)
    desk = opened(quick_office, row)
    desk.send(f"/coupon-faults/{row.id}/replace/propose", {"form_key": "p"})
    page = desk.send(f"/coupon-faults/{row.id}/replace/withdraw", {"form_key": "w"}).text
    assert "何も止まっていません" in page
    assert "差し替えを提案する" in page
    assert quick_office.coupons(person) == ["revealed"]


def test_explained_with_a_reason_and_what_the_household_was_told(quick_office: Office) -> None:
    row = quick_office.report(quick_office.family())
    desk = opened(quick_office, row)
    desk.send(f"/coupon-faults/{row.id}/look-up", ANSWER | {"status": "exchanged"})
    assert desk.post(f"/coupon-faults/{row.id}/explain", {"form_key": "a"}).status_code == 422
    desk.send(
        f"/coupon-faults/{row.id}/explain",
        {"form_key": "b", "outcome": "shop_mistake", "note": "別の店で使えます。"},
    )
    assert quick_office.fresh(row).state == "explained"
    assert "別の店で使えます" not in desk.open(f"/coupon-faults/{row.id}").text
    assert "別の店で使えます" in desk.send(f"/coupon-faults/{row.id}/read", {"form_key": "c"}).text
    assert len(quick_office.staff.events("coupon_fault.read")) == 1


def test_what_was_told_is_read_on_record_and_lists_name_nobody(quick_office: Office) -> None:
    person = quick_office.family()
    row = quick_office.report(person)
    desk = opened(quick_office, row)
    assert "汐見マート" not in desk.open(f"/coupon-faults/{row.id}").text
    assert "汐見マート" in desk.send(f"/coupon-faults/{row.id}/read", {"form_key": "c"}).text
    page = desk.open("/coupon-faults").text
    with quick_office.staff.database.read() as session:
        log = str([event.detail for event in session.query(AuditEvent)])
    for canary in (CANARY_NAME, "汐見マート", *quick_office.numbers(person)):
        assert canary not in page
        assert canary not in log
        assert all(canary not in url for url in desk.visited)


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_the_report_is_progress_first_and_result_in_the_end(
    quick_office: Office, kind: str
) -> None:
    person = quick_office.family(sandbox=True)
    row = quick_office.report(person)
    desk = opened(quick_office, row)
    for title, act in (("経過報告書", None), ("結果報告書", "replace")):
        if act:
            quick_office.look_up(row)
            quick_office.replace(row)
        body = desk.post(f"/coupon-faults/{row.id}/report/{kind}", {"form_key": title}).content
        assert body.startswith(b"%PDF" if kind == "pdf" else b"PK")
        if kind == "pdf":
            text = "".join(pdf.text(body))
            assert title in text
            assert CANARY_NAME not in text
    assert len(quick_office.staff.events("report.taken")) == 2
    assert desk.post(f"/coupon-faults/{row.id}/report/doc", {}).status_code == 404


def test_a_protected_households_case_is_not_found_by_officers(office: Office) -> None:
    person = office.family()
    row = office.report(person)
    with office.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    desk, ward = office.staff.enter_as(Role.OFFICER), office.staff.enter_as(Role.WARD_OFFICER)
    assert desk.get(f"/coupon-faults/{row.id}").status_code == 404
    steps = ("look-up", "replace", "replace/propose", "replace/withdraw", "read", "explain")
    for step in (*steps, "report/pdf"):
        assert desk.post(f"/coupon-faults/{row.id}/{step}", ANSWER).status_code == 404
    assert row.receipt_no not in desk.open("/coupon-faults").text
    assert row.receipt_no in ward.open("/coupon-faults").text


def test_a_proposal_about_a_protected_family_is_counted_for_the_ward_alone(
    quick_office: Office,
) -> None:
    person = quick_office.family()
    row = quick_office.report(person)
    quick_office.look_up(row)
    quick_office.propose(row)
    desk = quick_office.staff.enter_as(Role.OFFICER)
    ward = quick_office.staff.enter_as(Role.WARD_OFFICER)
    assert "二人目を待つコードの差し替え" in desk.open("/").text
    with quick_office.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    assert "二人目を待つコードの差し替え" not in desk.open("/").text
    assert "二人目を待つコードの差し替え" in ward.open("/").text


def test_many_cases_suggest_a_notice_to_everybody(quick_office: Office) -> None:
    for _place in range(5):
        quick_office.report(quick_office.family())
    desk = quick_office.staff.enter_as(Role.OFFICER)
    assert "/site-notices/new?sentence=fault_shops" in desk.open("/coupon-faults").text


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_do_not_get_here(quick_office: Office, role: Role) -> None:
    assert quick_office.staff.enter_as(role).get("/coupon-faults").status_code == 403
