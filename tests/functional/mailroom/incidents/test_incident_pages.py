"""The register on the staff site.

An accident is opened, told, stopped, reported, confirmed by the ward, and closed.
"""

import hashlib

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.mailroom.incidents.models import Incident, IncidentReport
from tests.functional.mailroom.incidents.support import Office
from tests.support.people import CANARY_NAME
from tests.support.reading import pdf
from tests.support.resident import Visitor

NEW = {
    "kind": "lost_letters",
    "known_on": "2023-08-01",
    "known_time": "11:00",
    "summary": "袋がひとつ足りない。",
    "form_key": "n",
}


def opened(office: Office) -> tuple[Visitor, str]:
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open("/incidents/new")
    desk.send("/incidents/new/submit", NEW)
    return desk, desk.place


def test_the_whole_way_in_the_browser(office: Office) -> None:
    person = office.family()
    desk, place = opened(office)
    number = office.numbers(person)[0]
    page = desk.open(place).text
    for day in ("2023-08-01", "2023-08-05", "2023-08-30"):
        assert day in page
    assert "もうすぐ期限" in desk.open("/incidents").text
    assert "あります</span>" not in desk.open("/").text
    assert "期限前" in desk.open("/").text
    desk.send(place + "/tell", {"form_key": "t"})
    desk.send(
        place + "/add", {"what": "coupon", "by": "numbers", "numbers": number, "form_key": "a"}
    )
    page = desk.send(place + "/stop-codes", {"form_key": "s"}).text
    assert "発行者の答え待ち" in page
    assert office.coupons(person) == ["stop_requested"]
    desk.send(
        place + "/fields",
        {"cause": "調べています。", "prevention": "袋を数えます。", "form_key": "f"},
    )
    desk.send(place + "/contain", {"form_key": "c"})
    assert "調べています。" in desk.open(place + "/write/first").text
    desk.send(place + "/write/first/submit", {"form_key": "w"})
    ward = office.staff.enter_as(Role.WARD_OFFICER)
    paper = place + "/papers/1"
    assert "区として確認する" in ward.open(paper).text
    assert "区として確認する" not in desk.open(paper).text
    ward.send(paper + "/confirm", {"form_key": "y"})
    desk.open(place)
    early = desk.post(place + "/close", {"form_key": "x"})
    assert early.status_code == 422
    assert "区が確認してから" in early.text
    desk.send(place + "/write/final/submit", {"form_key": "v"})
    ward.send(place + "/papers/2/confirm", {"form_key": "z"})
    desk.send(place + "/close", {"form_key": "e"})
    assert office.staff.count(Incident, state="closed") == 1
    assert number not in desk.open("/incidents?state=closed").text
    desk.send(place + "/reopen", {"form_key": "o"})
    assert office.staff.count(Incident, state="closed") == 0
    assert all(number not in url for url in desk.visited)
    with office.staff.database.read() as session:
        for event in session.query(AuditEvent):
            assert number not in str(event.detail)
            assert "袋" not in str(event.detail)


def test_pressed_three_times_it_is_one_accident_and_one_report(office: Office) -> None:
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open("/incidents/new")
    places = {desk.post("/incidents/new/submit", NEW).headers["location"] for _ in range(3)}
    assert len(places) == 1
    place = places.pop().partition("?")[0]
    desk.open(place)
    assert {
        desk.post(place + "/write/first/submit", {"form_key": "w"}).status_code for _ in range(3)
    } == {303}
    assert (office.staff.count(Incident), office.staff.count(IncidentReport)) == (1, 1)
    second = desk.post(place + "/write/first/submit", {"form_key": "other"})
    assert second.status_code == 422
    assert "区の確認を待っています" in second.text


@pytest.mark.parametrize(
    ("changed", "spot"),
    [
        ({"kind": ""}, "kind"),
        ({"known_time": "x"}, "known_time"),
        ({"known_on": "2023-08-02"}, "known_on"),
        ({"summary": ""}, "summary"),
        ({"occurred_on": "2023-08-02", "occurred_time": "1:00"}, "occurred_on"),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_opened(
    quick_office: Office, changed: dict[str, str], spot: str
) -> None:
    desk = quick_office.staff.enter_as(Role.OFFICER)
    desk.open("/incidents/new")
    answer = desk.post("/incidents/new/submit", NEW | changed)
    assert answer.status_code == 422
    assert f'href="#{spot}"' in answer.text
    assert quick_office.staff.count(Incident) == 0


@pytest.mark.parametrize(
    ("path", "form", "spot"),
    [
        ("add", {"what": "coupon", "by": "numbers", "numbers": "nothing"}, "numbers"),
        ("add", {"what": "x"}, "add"),
        ("add", {"what": "letter", "by": "all", "run": "99"}, "run"),
        ("add", {"what": "coupon", "by": "all"}, "batch"),
        ("add", {"what": "coupon", "by": "theirs"}, "theirs"),
        ("stop-codes", {}, "stop-coupon"),
        ("stop-letters", {}, "stop-letter"),
        ("fields", {"cause": "あ" * 2001}, "cause"),
        ("tell", {"told_on": "2023-07-01", "told_time": "9:00"}, "told_on"),
        ("close", {}, "steps"),
        ("reopen", {}, "steps"),
    ],
)
def test_what_is_refused_is_said_on_the_page(
    quick_office: Office, path: str, form: dict[str, str], spot: str
) -> None:
    desk, place = opened(quick_office)
    answer = desk.post(f"{place}/{path}", form | {"form_key": "x"})
    assert answer.status_code == 422
    assert f'href="#{spot}"' in answer.text
    assert f'id="{spot}"' in answer.text


def test_the_paper_stays_as_the_ward_got_it_whatever_is_written_afterwards(
    quick_office: Office,
) -> None:
    desk, place = opened(quick_office)
    desk.send(place + "/write/first/submit", {"form_key": "w"})
    took = desk.post(f"{place}/papers/1/file/pdf", {"form_key": "f"}).content
    text = "".join(pdf.text(took))
    assert "第1版" in text
    desk.send(place + "/fields", {"form_key": "x", "summary": "あとから変えた文", "malicious": "1"})
    assert desk.post(f"{place}/papers/1/file/pdf", {"form_key": "g"}).content == took
    assert hashlib.sha256(took).hexdigest()[:16] in desk.open(place + "/papers/1").text


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_a_report_is_taken_along_and_that_is_logged(quick_office: Office, kind: str) -> None:
    desk, place = opened(quick_office)
    desk.send(place + "/write/final/submit", {"form_key": "w"})
    body = desk.post(f"{place}/papers/1/file/{kind}", {"form_key": "f"}).content
    if kind == "pdf":
        text = "".join(pdf.text(body))
        assert "事故報告書（確報）" in text
        assert CANARY_NAME not in text
    else:
        assert body.startswith(b"PK")
    assert len(quick_office.staff.events("report.taken")) == 1
    assert desk.post(f"{place}/papers/1/file/doc", {}).status_code == 404
    assert desk.get(place + "/write/poem").status_code == 404
    assert desk.get("/incidents/999").status_code == 404


def test_a_report_of_another_accident_is_not_found(quick_office: Office) -> None:
    desk, place = opened(quick_office)
    desk.send(place + "/write/first/submit", {"form_key": "w"})
    other = quick_office.incident()
    assert desk.get(f"/incidents/{other}/papers/1").status_code == 404


def test_the_auditor_reads_and_changes_nothing(quick_office: Office) -> None:
    _desk, place = opened(quick_office)
    auditor = quick_office.staff.enter_as(Role.AUDITOR)
    page = auditor.open(place).text
    assert "/stop-codes" not in page
    assert "袋がひとつ足りない" in page
    assert auditor.open(place + "/subjects").status_code == 200
    for path in ("/stop-codes", "/close", "/fields", "/write/first/submit", "/affected/search"):
        assert auditor.post(place + path, {"form_key": "x"}).status_code == 403


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_others_do_not_get_here(quick_office: Office, role: Role) -> None:
    assert quick_office.staff.enter_as(role).get("/incidents").status_code == 403


def test_the_first_page_of_the_day_shows_clocks_cases_and_notices_that_wait(
    quick_office: Office,
) -> None:
    desk, place = opened(quick_office)
    quick_office.report(quick_office.family())
    desk.open(f"/site-notices/new?incident={place.rsplit('/', 1)[1]}")
    notice = {
        "sentence": "mail_wrong",
        "ends_on": "2023-08-02",
        "ends_time": "9:00",
        "incident": place.rsplit("/", 1)[1],
    }
    desk.send("/site-notices/new/submit", notice | {"form_key": "s"})
    desk.send(desk.place + "/publish", {"form_key": "p"})
    page = desk.open("/").text
    for path in (place, "/coupon-faults", "/site-notices"):
        assert f'href="{path}"' in page
    assert "事故の期限" in page
    assert "事故の期限" not in quick_office.staff.enter_as(Role.AGENT).open("/").text


def test_the_ward_says_why_it_gives_a_report_back_and_the_writer_reads_it(office: Office) -> None:
    desk, place = opened(office)
    person = office.family()
    desk.send(place + "/write/first/submit", {"form_key": "w"})
    ward, paper = office.staff.enter_as(Role.WARD_OFFICER), place + "/papers/1"
    ward.open(paper)
    for reason in ("", "  ", "x" * 2_001, f"パスワードは {person.password}"):
        refused = ward.post(paper + "/give-back", {"reason": reason, "form_key": "g"})
        assert refused.status_code == 422, reason
        assert 'id="reason-error"' in refused.text
    with office.staff.database.read() as session:
        assert session.query(IncidentReport).one().state == "written"
    page = ward.send(
        paper + "/give-back", {"reason": "人数の数え方を、足してください。", "form_key": "g2"}
    )
    assert page.status_code == 200
    for seen in (desk.open(place).text, desk.open(paper).text):
        assert "差し戻した理由" in seen
        assert "人数の数え方を、足してください。" in seen
    (event,) = office.staff.events("incident.report_give_back")
    assert event.sealed is not None
    assert "人数" not in str(event.detail)
    assert "人数".encode() not in event.sealed
