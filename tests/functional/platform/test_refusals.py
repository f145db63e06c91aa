"""Who asks for what is not theirs, or goes around a page of ours, leaves a trace that tells why."""

import pytest
from sqlalchemy import update

from portal.domain.foundation.actors import Role
from portal.domain.people.households.models import Household
from portal.platform.refusals import Refusal
from tests.functional.platform.test_request_numbers import log_lines
from tests.support.resident import Resident, Visitor
from tests.support.sources import ROOT
from tests.support.staff import StaffSite

TYPED = {"login_id": "1234567897", "password": "瑠璃子の合言葉"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def told(lines: list[dict[str, object]]) -> list[tuple[object, object, object]]:
    """Level, route and reason of each line about a refusal."""
    return [
        (line["level"], line["route"], line["refused"])
        for line in lines
        if line["logger"] == "portal.refusals"
    ]


def signing_in(resident: Resident) -> Visitor:
    visitor = resident.visitor()
    visitor.open("/signin")
    return visitor


@pytest.mark.asvs("16.3.3")
def test_a_form_that_goes_around_our_pages_is_on_record_with_its_reason(
    sqlite_resident: Resident,
) -> None:
    visitor = signing_in(sqlite_resident)
    twice = f"form_token={visitor.token}&login_id=1&login_id=2&password=x"
    with log_lines() as lines:
        visitor.post("/signin/submit", TYPED | {"form_token": "x"})
        visitor.post("/signin/submit", TYPED, headers={"origin": "https://stranger.example"})
        visitor.loop.run(visitor.http.post("/signin/submit", content=twice, headers=FORM))
    reasons = ("form_token", "origin", "faulty_form")
    assert told(lines) == [("warning", "POST /signin/submit", reason) for reason in reasons]
    numbers = {line["request"] for line in lines if line["logger"] == "portal.refusals"}
    assert len(numbers) == 3, "each has the number of its request"
    assert not [word for word in TYPED.values() if word in repr(lines)]


@pytest.mark.asvs("16.3.3")
def test_tries_beyond_a_limit_are_on_record(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    visitor = signing_in(sqlite_resident)
    with log_lines() as lines:
        for _try in range(6):
            visitor.post("/signin/submit", TYPED | {"login_id": person.login_id})
    assert [(line["route"], line["status"]) for line in lines if "status" in line] == [
        ("POST /signin/submit", status) for status in [422] * 5 + [429]
    ]
    assert person.login_id not in repr(lines)


@pytest.mark.asvs("16.3.2")
def test_a_page_that_a_role_may_not_open_is_on_record_with_who_asked(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    visitor = staff.enter(colleague)
    visitor.open("/account")
    with log_lines() as lines:
        assert visitor.get("/staff").status_code == 403
        assert visitor.post("/staff/1/deactivate").status_code == 403
    routes = ["GET /staff", "POST /staff/{staff_id:int}/deactivate"]
    events = staff.events("page.refused")
    assert [(event.actor_id, event.detail) for event in events] == [
        (colleague.id, {"route": route}) for route in routes
    ]
    assert told(lines) == [("warning", route, "not_allowed") for route in routes]


def test_the_guide_says_what_each_reason_means() -> None:
    guide = (ROOT / ".github" / "guides" / "monitoring.md").read_text("utf-8")
    assert [reason for reason in Refusal if f"`{reason}` (" not in guide] == []


def test_a_page_that_opens_and_a_stranger_leave_no_such_event(staff: StaffSite) -> None:
    staff.enter_as(Role.ADMINISTRATOR).open("/staff")
    assert staff.visitor().get("/staff").status_code == 303
    assert staff.events("page.refused") == []


def test_a_parent_reads_no_word_of_keys_and_the_operator_reads_which_page_it_was(
    sqlite_resident: Resident,
) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.enter(person)
    with sqlite_resident.database.write() as session:
        session.execute(update(Household).values(wrapped_key=b"damaged" * 9))
    with log_lines() as lines:
        answer = visitor.get("/home")
    assert answer.status_code == 503
    assert "いま、つながりにくくなっています。" in answer.text
    assert "PORTAL_KEY_DIR" not in answer.text
    errors = [line for line in lines if line["logger"] == "portal.errors"]
    assert [(line["level"], line["route"], line["error"]) for line in errors] == [
        ("error", "GET /home", "IntegrityFaultError")
    ]
    assert "PORTAL_KEY_DIR" not in repr(errors)
