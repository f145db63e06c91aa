"""The FAX pages: entered, taken, answered and recorded by agents; nobody reads another's number."""

import html
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.households.large_print import POINTS
from tests.functional.contacts.faxes.support import make_fax_desk
from tests.support.reading import pdf as read_pdf
from tests.support.reading.files import fax, pdf, picture
from tests.support.requests.looking import NO_FILE, looked_at, post_looked_at
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

HEADER = {
    "received_on": "令和5年7月31日",
    "received_at": "午後2時5分",
    "language": "ja",
    "sender": "03-5550-0142",
    "form_key": "a",
}
TWICE = {"number": "０３－５５５０－０１４２", "number_again": "0355500142"}
REPLY = TWICE | {"wording-received": "1", "form_key": "b"}
CANARIES = ("5550", "0142")


def send_in(
    visitor: Visitor, data: bytes = b"", name: str = "fax.tif", **changes: str
) -> httpx.Response:
    visitor.get("/faxes/new")
    files = {"file": (name, data or fax(), "image/tiff")}
    return post_looked_at(visitor, "/faxes/receive", HEADER | changes, files)


def only_case(staff: StaffSite) -> FaxCase:
    with staff.database.read() as session:
        (row,) = session.scalars(select(FaxCase)).all()
        session.expunge(row)
    return row


def only_reply(staff: StaffSite) -> FaxReply:
    with staff.database.read() as session:
        (row,) = session.scalars(select(FaxReply)).all()
        session.expunge(row)
    return row


def started(staff: StaffSite, visitor: Visitor) -> str:
    """A FAX came in and the visitor handles it; returns the address of its page."""
    send_in(visitor)
    place = f"/faxes/{only_case(staff).id}"
    visitor.get(place)
    visitor.send(f"{place}/start")
    return place


def test_a_fax_comes_in_once_with_the_time_of_its_header(staff: StaffSite) -> None:
    agent = staff.enter_as(Role.AGENT)
    agent.get("/faxes/new")
    shown = agent.post("/faxes/receive", HEADER, files={"file": ("a.tif", fax(), "image/tiff")})
    for _again in range(3):
        answer = agent.post("/faxes/receive", looked_at(shown.text, HEADER), files=NO_FILE)
        assert answer.headers["location"] == "/faxes?said=received"
    case = only_case(staff)
    assert f"{case.received_at:%Y-%m-%d %H:%M}" == "2023-07-31 05:05"
    page = agent.get("/faxes?said=received").text
    assert case.receipt_no in page
    assert "2023-07-31 14:05" in page
    assert "2023-08-01" in page, "the answer is due on the next business day"


@pytest.mark.parametrize(
    ("data", "changes", "field", "says"),
    [
        (b"II*\0broken", {}, "file", "壊れている"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 10_000_001, {}, "file", "10メガバイト"),
        (b"<html>", {}, "file", "PDF、TIFF、PNG、JPEG"),
        (pdf(pages=31), {}, "file", "30ページ"),
        (b"", {"received_on": "2023-08-02"}, "received_at", "いまより後"),
        (b"", {"received_on": "きのう"}, "received_on", "のように入力"),
        (b"", {"received_at": ""}, "received_at", "のように入力"),
        (b"", {"received_on": "2023-06-01"}, "old_is_right", "31日より前"),
        (b"", {"sender": "03-12"}, "sender", "市外局番"),
    ],
    ids=["broken", "heavy", "html", "thick", "future", "no day", "no time", "old", "no number"],
)
def test_what_cannot_be_comes_back_beside_its_field(
    sqlite_staff: StaffSite, data: bytes, changes: dict[str, str], field: str, says: str
) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    answer = send_in(agent, data, **changes)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{says}', answer.text)
    assert f'href="#{field}"' in answer.text
    assert sqlite_staff.count(FaxCase) == 0
    if field == "old_is_right":
        assert send_in(agent, data, **changes, old_is_right="1").status_code == 303


def test_no_file_is_asked_for(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    agent.get("/faxes/new")
    answer = agent.post(
        "/faxes/receive", HEADER, files={"file": ("", b"", "application/octet-stream")}
    )
    assert answer.status_code == 422
    assert "FAXのファイルを選んでください" in answer.text


@pytest.mark.parametrize(
    "data", [fax((172, 110), (172, 90)), pdf(pages=2), picture(), picture("JPEG")]
)
def test_every_page_is_shown_as_a_picture(sqlite_staff: StaffSite, data: bytes) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    send_in(agent, data)
    case = only_case(sqlite_staff)
    shown = re.findall(r'src="(/faxes/\d+/pages/\d+)"', agent.get(f"/faxes/{case.id}").text)
    assert len(shown) == case.pages
    for address in shown:
        answer = agent.get(address)
        assert answer.headers["content-type"] in {"image/png", "image/jpeg"}
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert agent.get(f"/faxes/{case.id}/pages/{case.pages + 1}").status_code == 404


def test_another_agent_sees_the_queue_and_no_page_until_she_handles_it(staff: StaffSite) -> None:
    send_in(staff.enter_as(Role.AGENT))
    other, case = staff.enter_as(Role.AGENT), only_case(staff)
    page = other.get(f"/faxes/{case.id}").text
    assert "対応している人だけ" in page
    assert "/pages/1" not in page
    assert other.get(f"/faxes/{case.id}/pages/1").status_code == 403
    assert other.send(f"/faxes/{case.id}/start").status_code == 200
    assert other.get(f"/faxes/{case.id}/pages/1").status_code == 200


def test_one_handles_it_the_other_is_told(staff: StaffSite) -> None:
    place = started(staff, staff.enter_as(Role.AGENT))
    other = staff.enter_as(Role.AGENT)
    other.get(place)
    answer = other.post(f"{place}/start")
    assert answer.status_code == 409
    assert "ほかの人が、このFAXに対応しています" in answer.text
    assert staff.count(Call) == 1
    assert "agent" in other.get("/faxes").text, "the queue says who"


def test_somebody_in_another_call_is_shown_the_way_out_of_it(staff: StaffSite) -> None:
    agent = staff.enter_as(Role.AGENT)
    send_in(agent)
    place = f"/faxes/{only_case(staff).id}"
    agent.post("/calls/start", {"form_key": "call"})
    answer = agent.post(f"{place}/start")
    assert answer.status_code == 409
    assert "/calls/finish" in answer.text
    assert only_case(staff).state == "received"


def test_a_reply_is_prepared_printed_and_sent(staff: StaffSite) -> None:
    agent = staff.enter_as(Role.AGENT)
    place = started(staff, agent)
    for _again in range(2):
        assert agent.post(f"{place}/reply", REPLY).headers["location"] == f"{place}?said=prepared"
    reply = only_reply(staff)
    base = f"{place}/replies/{reply.id}"
    front, behind = (agent.get(f"{base}/sheets/{part}") for part in ("cover", "text"))
    assert front.headers["content-type"] == behind.headers["content-type"] == "application/pdf"
    assert "no-store" in front.headers["cache-control"]
    number = only_case(staff).receipt_no
    assert number in "".join(read_pdf.text(front.content))
    assert "FAXを受け取りました" in "".join(read_pdf.text(behind.content))
    assert "03-5550-0142" not in agent.get(place).text
    assert "03-5550-0142" in agent.send(f"{base}/number").text
    for _again in range(2):
        assert agent.post(f"{base}/sent", {"form_key": "c"}).status_code == 303
    assert (only_case(staff).state, only_reply(staff).attempts) == ("answered", 1)
    assert agent.get(f"{base}/sheets/text").status_code == 404
    assert number in agent.get("/faxes?view=done").text
    assert number not in agent.get("/faxes").text


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"number_again": "03-5550-0143"}, "number_again", "2回入力した番号が違います"),
        ({"number": "", "number_again": ""}, "number", "市外局番"),
        (
            {"number": "03-5550-0143", "number_again": "03-5550-0143"},
            "other_number",
            "印字された番号と違います",
        ),
        ({"wording-received": ""}, "wording", "1つ以上"),
        ({"receipt-CDFG-HJKL": "1"}, "wording", "受付番号を、一覧から"),
        ({"answer": "script:nothing"}, "wording", "一覧から"),
        ({"text": "手紙は出しました。"}, "text", "だれからのFAXか"),
        ({"text": "手紙は出しました。", "household": "1"}, "text", "先に、"),
    ],
    ids=[
        "differ",
        "none",
        "not the header's",
        "nothing ticked",
        "a number of nobody",
        "unknown script",
        "own words",
        "a household not verified",
    ],
)
def test_a_reply_that_may_not_go_out_comes_back_with_what_was_typed(
    sqlite_staff: StaffSite, changes: dict[str, str], field: str, says: str
) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    place = started(sqlite_staff, agent)
    answer = agent.post(f"{place}/reply", REPLY | changes)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{says}', answer.text), answer.text
    assert f'href="#{field}"' in answer.text
    ticked = 'name="wording-received" value="1" checked' in answer.text
    assert ticked == (changes.get("wording-received") != "")
    assert sqlite_staff.count(FaxReply) == 0


def test_a_failed_sending_stands_on_top_and_goes_out_again(staff: StaffSite) -> None:
    agent = staff.enter_as(Role.AGENT)
    place = started(staff, agent)
    agent.post(f"{place}/reply", REPLY)
    base = f"{place}/replies/{only_reply(staff).id}"
    answer = agent.post(f"{base}/failed", {"form_key": "none"})
    assert answer.status_code == 422
    assert 'id="failure-error"' in answer.text
    agent.post(f"{base}/failed", {"failure": "busy", "form_key": "busy"})
    page = agent.get("/faxes").text
    assert page.index("返信を送れなかったFAX") < page.index(only_case(staff).receipt_no)
    assert "話し中" in page
    assert agent.post(f"{base}/again", TWICE | {"number_again": "1"}).status_code == 422
    assert agent.post(f"{base}/again", TWICE | {"form_key": "again"}).status_code == 303
    agent.post(f"{base}/sent", {"form_key": "sent"})
    assert "返信を送れなかったFAX" not in agent.get("/faxes").text
    late = agent.post(f"{base}/failed", {"failure": "report", "form_key": "evening"})
    assert late.status_code == 303
    assert (only_case(staff).state, only_reply(staff).state) == ("in_work", "failed")


def test_a_fax_is_closed_with_a_reason(staff: StaffSite) -> None:
    agent = staff.enter_as(Role.AGENT)
    send_in(agent)
    place = f"/faxes/{only_case(staff).id}"
    agent.get(place)
    answer = agent.post(f"{place}/close", {"form_key": "x"})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    for _again in range(2):
        assert (
            agent.post(f"{place}/close", {"reason": "advertisement", "form_key": "y"}).status_code
            == 303
        )
    page = agent.get("/faxes?view=done").text
    assert "広告など" in page
    assert agent.post(f"{place}/start").status_code == 409


def test_a_reply_belongs_to_its_case(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    place = started(sqlite_staff, agent)
    agent.post(f"{place}/reply", REPLY)
    reply = only_reply(sqlite_staff).id
    for address in (f"{place}9/replies/{reply}", f"{place}/replies/{reply}9"):
        assert agent.get(f"{address}/sheets/cover").status_code == 404
        agent.get(place)
        for step in ("sent", "failed", "again", "discard", "number"):
            assert agent.post(f"{address}/{step}", {"failure": "busy"}).status_code == 404
    assert agent.get(f"{place}/replies/{reply}/sheets/everything").status_code == 404


def test_an_officer_keeps_the_file_of_a_form_that_came_by_fax(sqlite_staff: StaffSite) -> None:
    send_in(sqlite_staff.enter_as(Role.AGENT))
    case, officer = only_case(sqlite_staff), sqlite_staff.enter_as(Role.OFFICER)
    assert f"/scans/{case.scan_id}?for=fax" in officer.get(f"/faxes/{case.id}").text
    assert officer.get(f"/scans/{case.scan_id}?for=fax").headers["content-type"] == "image/png"
    assert sqlite_staff.events("scan.viewed")[-1].detail == {"reason": "fax"}
    assert (
        officer.post(f"/faxes/{case.id}/close", {"reason": "entered", "form_key": "e"}).status_code
        == 303
    )


def test_a_number_is_read_by_who_handles_it_and_by_nobody_else(staff: StaffSite) -> None:
    agent, other = staff.enter_as(Role.AGENT), staff.enter_as(Role.AGENT)
    place = started(staff, agent)
    assert not any(canary in agent.get(place).text for canary in CANARIES)
    assert "03-5550-0142" in agent.send(f"{place}/sender").text
    agent.post(f"{place}/reply", REPLY)
    other.get(place)
    assert other.post(f"{place}/sender").status_code == 403
    pages = [
        other.get(address).text for address in ("/faxes", "/faxes?view=done", place, "/faxes/new")
    ]
    pages += [agent.get("/faxes").text]
    with staff.database.read() as session:
        logged = [f"{event.action} {event.detail}" for event in session.scalars(select(AuditEvent))]
    seen = pages + logged + agent.visited + other.visited
    assert not [one for one in seen if "5550" in one or "０１４２" in one or "355500142" in one]
    assert len(staff.events("fax.sender_read")) == 1


def test_twenty_a_page_and_the_oldest_first(sqlite_staff: StaffSite) -> None:
    desk = make_fax_desk(sqlite_staff.database)
    for number in range(23):
        hour, minute = 5 - number // 6, number % 6
        desk.receive(at=datetime(2023, 7, 31, hour, minute, tzinfo=UTC))
    agent = sqlite_staff.enter_as(Role.AGENT)
    first = agent.get("/faxes").text
    rows = re.findall(r'href="/faxes/(\d+)"', first)
    assert len(rows) == 20
    (address,) = re.findall(r'href="(/faxes\?after=\d+)"', first)
    rest = re.findall(r'href="/faxes/(\d+)"', agent.get(address).text)
    assert len(rest) == 3
    times = [re.search(r"2023-07-31 (\d\d:\d\d)", row) for row in first.split("<tr>")[2:]]
    found = [one[1] for one in times if one]
    assert found == sorted(found)


@pytest.mark.parametrize("role", [Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_handle_fax_gets_no_page(sqlite_staff: StaffSite, role: Role) -> None:
    visitor = sqlite_staff.enter_as(role)
    for address in ("/faxes", "/faxes/new", "/faxes/1", "/faxes/1/pages/1", "/faxes/form.pdf"):
        assert visitor.get(address).status_code == 403
    assert "/faxes" not in visitor.get("/account").text


@pytest.mark.parametrize("code", ["ja", "easy", "en", "zh-Hans", "zh-Hant", "ko", "tlh"])
def test_the_blank_form_comes_in_every_language_of_the_residents(
    sqlite_staff: StaffSite, code: str
) -> None:
    answer = sqlite_staff.enter_as(Role.AGENT).get(f"/faxes/form.pdf?in={code}")
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = read_pdf.text(answer.content)
    assert "FAX問合せ票" in page
    assert sqlite_staff.site.program.contact.fax in page


def test_the_blank_form_is_to_be_had_in_large_print_in_each_language(
    sqlite_staff: StaffSite,
) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    for code in ("ja", "ko"):
        address = f"/faxes/form.pdf?in={code}&size=large"
        assert html.escape(address) in agent.open("/faxes").text
        assert read_pdf.smaller(agent.get(address).content, POINTS) == ""


def test_an_overdue_fax_says_so(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    send_in(agent)
    assert "期限をすぎた" not in agent.get("/faxes").text
    sqlite_staff.clock.instant += timedelta(days=1)
    assert "期限をすぎた" in sqlite_staff.enter_as(Role.AGENT).get("/faxes").text
