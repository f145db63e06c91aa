"""Calling a household that asked not to have the ward named: no greeting that names it opens."""

import re

import pytest
from sqlalchemy import select

from portal.domain.contacts.scripts.defaults import (
    LANGUAGES,
    UNNAMED_GREETING,
    default_scripts,
)
from portal.domain.contacts.scripts.lines import filled, read_lines
from portal.domain.contacts.scripts.values import values_of
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import jst_date
from portal.domain.people.tasks.models import Task
from tests.functional.desk.call_desk.support import (
    Agent,
    agent,
    enroll_telephone,
    main_of,
    words,
)
from tests.functional.requests.admin.entries import CARD, PAPER, enter
from tests.functional.resident.test_alternative import asked
from tests.support.resident import Resident
from tests.support.staff import StaffSite

FAMILY_NAME = {"ja": "（名字）と申します。", "ko": "(성)입니다.", "en": "This is (family name)."}
"""How the greeting that names nobody begins."""
NAMING = ("greeting", "greeting_call_back")


def called_back(resident: Resident, staff: StaffSite, say_who: str, **options: str) -> "Calling":
    """An agent who calls a family back that said who may be named."""
    family = resident.add(active=True)
    resident.give_coupons()
    asked(resident, resident.enter(family), say_who=say_who)
    enroll_telephone(staff, family)
    one = agent(staff).begin()
    one.verify(family.household_id)
    one.visitor.post(f"/desk/{family.household_id}/call-back", {"form_key": one.key()})
    one.end()
    one.begin(direction="outbound", **options)
    one.page(family.household_id)
    return Calling(one, family.household_id)


class Calling:
    """The agent and the household on the line."""

    def __init__(self, one: Agent, household_id: int) -> None:
        self.one = one
        self.household_id = household_id

    def open(self, query: str = "") -> str:
        """The main part of the household's page."""
        return main_of(self.one.visitor.open(f"/desk/{self.household_id}{query}").text)


def names_the_ward(staff: StaffSite, page: str, language: str) -> bool:
    """Whether a page offers, in a language, a greeting that names who is calling."""
    shown = words(page)
    values = values_of(staff.site.program, jst_date(staff.now))
    scripts = [default_scripts()[key] for key in NAMING]
    said = [filled(one.draft.texts[language], values, LANGUAGES[language]) for one in scripts]
    begun = [read_lines(text)[0].text for text in said]
    return any(text in shown for text in (*begun, *(one.draft.title for one in scripts)))


@pytest.mark.parametrize("language", ["ja", "ko", "en"])
def test_the_panel_of_such_a_call_has_only_the_greeting_that_names_nobody(
    sqlite_resident: Resident, sqlite_staff: StaffSite, language: str
) -> None:
    calling = called_back(sqlite_resident, sqlite_staff, "no", language=language)
    page = calling.open()
    assert FAMILY_NAME[language] in page
    assert "名字だけを名乗ります" in page
    assert not names_the_ward(sqlite_staff, page, language)
    for other in ("ja", "ko"):
        page = calling.open(f"?speak={other}")
        assert FAMILY_NAME[other] in page
        assert not names_the_ward(sqlite_staff, page, other)
    found = calling.open(f"?speak={language}&script_q=電話")
    assert "件" in found
    assert not names_the_ward(sqlite_staff, found, language)
    search = main_of(calling.one.visitor.open(f"/desk?speak={language}").text)
    assert FAMILY_NAME[language] in search
    assert not names_the_ward(sqlite_staff, search, language)


@pytest.mark.parametrize("language", ["ja", "ko"])
def test_the_pages_of_the_scripts_open_no_other_greeting_during_such_a_call(
    sqlite_resident: Resident, sqlite_staff: StaffSite, language: str
) -> None:
    visitor = called_back(sqlite_resident, sqlite_staff, "no").one.visitor
    for key in NAMING:
        for page in (f"/scripts/{key}", f"/scripts/{key}/versions/0"):
            answer = visitor.get(f"{page}?speak={language}")
            assert answer.status_code == 303
            shown = visitor.follow(answer).text
            assert FAMILY_NAME[language] in shown
            assert not names_the_ward(sqlite_staff, main_of(shown), language)
    for page in ("/scripts", "/scripts?q=電話"):
        assert not re.search(r'"/scripts/greeting(_call_back)?[?"]', visitor.open(page).text)
    assert UNNAMED_GREETING in visitor.open("/scripts").text


def test_before_the_household_is_opened_its_call_back_counts_too(sqlite_staff: StaffSite) -> None:
    family = sqlite_staff.add_household()
    sqlite_staff.give_coupons()
    officer = enter(sqlite_staff, family)
    page = f"/households/{family.household_id}/entry/alternative/fax"
    officer.open(page)
    typed = {"say_who": "no", "telephone": "03-1234-5678"}
    officer.send(page + "/submit", {**PAPER, **CARD, **typed})
    with sqlite_staff.database.read() as session:
        task = session.scalars(select(Task.id).where(Task.kind == "call_back")).one()
    caller = sqlite_staff.enter_as(Role.AGENT)
    caller.open(f"/call-backs/{task}")
    caller.send(f"/call-backs/{task}/start")
    for address in ("/desk", f"/desk/{family.household_id}"):
        shown = main_of(caller.open(address).text)
        assert FAMILY_NAME["ja"] in shown
        assert not names_the_ward(sqlite_staff, shown, "ja")


@pytest.mark.parametrize("language", ["ja", "ko"])
def test_every_other_call_has_the_ordinary_greetings(
    sqlite_resident: Resident, sqlite_staff: StaffSite, language: str
) -> None:
    calling = called_back(sqlite_resident, sqlite_staff, "yes", language=language)
    assert names_the_ward(sqlite_staff, calling.open(), language)
    assert calling.one.visitor.get("/scripts/greeting").status_code == 200


def test_when_the_household_calls_us_the_ordinary_greeting_is_there(
    sqlite_resident: Resident, sqlite_staff: StaffSite
) -> None:
    calling = called_back(sqlite_resident, sqlite_staff, "no")
    calling.one.end()
    calling.one.begin()
    assert names_the_ward(sqlite_staff, calling.open(), "ja")
