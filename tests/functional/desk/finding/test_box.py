"""One search box on every page: whatever somebody has in hand, and the site's own pages.

It opens nothing that its finder could not open by another way.
"""

import re

import pytest

from admin.named_places import named
from admin.places import ELSEWHERE, JOBS
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.desk.finding.gate import Passage, through_gate
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.texts import use_locale
from portal.domain.people.households.models import Household
from portal.domain.people.staff.permissions import Permission, held
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.requests.models import Request
from tests.functional.desk.call_desk.support import (
    MOBILE,
    TRACKING,
    agent,
    enroll_telephone,
    household,
    letter_of,
    main_of,
    posted,
)
from tests.support.people import Person
from tests.support.staff import ROLES, StaffSite
from tests.support.work import work_in

FOUND = "1件見つかりました"
EVERYBODY = tuple(ROLES)


def receipt_of(staff: StaffSite, household_id: int) -> str:
    """A number that the household was given for something it asked for."""
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        return open_task(work, TaskKind.NEW_LETTER, household_id, {}).receipt_no


def with_everything(staff: StaffSite) -> tuple[Person, list[str]]:
    """A household, and everything that may be typed to find it."""
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number)
    enroll_telephone(staff, person)
    receipt = receipt_of(staff, person.household_id)
    numbers = [
        number,
        person.login_id,
        TRACKING,
        f"a{TRACKING}b",
        receipt,
        receipt.lower().replace("-", " "),
        MOBILE,
        "090-1234-5678",
    ]
    return person, numbers


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_page_of_everybody_has_the_box_and_it_needs_no_script(
    sqlite_staff: StaffSite, role: Role
) -> None:
    visitor = sqlite_staff.enter_as(role)
    pages = ["/", "/account", "/calendar", "/find"]
    if role is Role.AGENT:
        visitor.send("/calls/start", {"form_key": "k", "language": "ja"})
        pages += ["/desk", "/calls", "/call-backs/new", "/calls/finish"]
    if role is Role.OFFICER:
        pages += ["/households", "/incidents/new"]
    for path in pages:
        page = visitor.open(path).text
        assert page.count('action="/find/search" method="post" role="search"') == 1, path
        assert page.count('id="q"') == 1, path


def test_an_agent_in_a_call_opens_the_household_by_whatever_number_is_read_out(
    staff: StaffSite,
) -> None:
    person, numbers = with_everything(staff)
    one = agent(staff).begin()
    for typed in numbers:
        one.visitor.send("/find/search", {"q": typed, "form_key": one.key()})
        assert one.visitor.place == f"/desk/{person.household_id}", typed


def test_a_call_by_receipt_number_starts_in_two_acts(staff: StaffSite) -> None:
    """F2, then the number and Enter: the field has the focus, whatever page F2 was pressed on."""
    person = staff.add_household()
    receipt = receipt_of(staff, person.household_id)
    one = agent(staff)
    page = one.visitor.send("/calls/start", {"form_key": one.key(), "language": "ja"}).text
    assert re.search(r'id="number"[^>]*autofocus', main_of(page), re.DOTALL)
    one.search(number=receipt)
    assert one.visitor.place == f"/desk/{person.household_id}"


def test_before_a_call_the_box_finds_nobody_and_offers_to_begin_one(staff: StaffSite) -> None:
    person, numbers = with_everything(staff)
    one = agent(staff)
    for typed in (*numbers, "鶉野", "存在しない"):
        page = main_of(one.visitor.send("/find/search", {"q": typed, "form_key": one.key()}).text)
        assert 'action="/find/begin"' in page
        assert f"/desk/{person.household_id}" not in page
        assert "件見つかりました" not in page
    assert staff.events("household.searched") == []
    one.visitor.send("/find/begin", {"q": numbers[0], "form_key": one.key()})
    assert one.visitor.place == f"/desk/{person.household_id}"
    assert len(staff.events("call.started")) == len(staff.events("household.searched")) == 1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WARD_OFFICER])
def test_the_office_finds_by_every_number_without_a_call(staff: StaffSite, role: Role) -> None:
    _person, numbers = with_everything(staff)
    visitor = staff.enter_as(role)
    for typed in (*numbers, "鶉野", "139-0001", "昭和58年11月27日"):
        assert FOUND in visitor.send("/find/search", {"q": typed}).text, typed
        assert visitor.place == "/households"


@pytest.mark.parametrize("typed", ["Yose Makoto", "Makoto Yose", "yose", "豫瀬", "よせ", "ﾖｾ ﾏｺﾄ"])
def test_a_name_in_letters_kana_or_a_variant_finds_the_family(
    sqlite_staff: StaffSite, typed: str
) -> None:
    household(sqlite_staff, "予瀬　真琴", "ヨセ マコト")
    household(sqlite_staff, "別人　太郎", "ベツジン タロウ")
    assert FOUND in sqlite_staff.enter_as(Role.OFFICER).send("/find/search", {"q": typed}).text
    one = agent(sqlite_staff).begin()
    found = one.visitor.send("/find/search", {"q": typed, "form_key": one.key()}).text
    assert FOUND in found


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_handles_no_household_finds_none(staff: StaffSite, role: Role) -> None:
    person, numbers = with_everything(staff)
    visitor = staff.enter_as(role)
    for typed in (*numbers, "鶉野"):
        page = main_of(visitor.send("/find/search", {"q": typed}).text)
        assert "という画面はありません" in page
        assert "世帯をさがす</button>" not in page
        assert f"/{person.household_id}" not in page
        assert visitor.post("/find/begin", {"q": typed}).status_code in {403, 303}
    assert staff.events("household.searched") == []


def test_the_office_reads_what_a_receipt_number_was_given_for(staff: StaffSite) -> None:
    person = staff.add_household()
    receipt = receipt_of(staff, person.household_id)
    page = main_of(staff.enter_as(Role.OFFICER).send("/find/search", {"q": receipt}).text)
    assert re.search(r'href="/tasks/\d+"', page)
    assert FOUND in page
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    hidden = main_of(staff.enter_as(Role.OFFICER).send("/find/search", {"q": receipt}).text)
    assert 'href="/tasks/' not in hidden
    nothing = main_of(staff.enter_as(Role.OFFICER).send("/find/search", {"q": "CCCC-CCCC"}).text)
    assert hidden.replace(receipt, "") == nothing.replace("CCCC-CCCC", "")
    assert "支援措置" in staff.enter_as(Role.WARD_OFFICER).send("/find/search", {"q": receipt}).text


def test_every_table_that_gives_receipt_numbers_is_searched() -> None:
    """A new one is added to ``finding.receipts``, or a caller with its number is told a lie."""
    from portal.domain.desk.finding.receipts import _EVERY
    from portal.domain.foundation.base import Base

    giving = {table.name for table in Base.metadata.tables.values() if "receipt_no" in table.c}
    repeats = {"announcement"}  # it says the number of what it tells of
    searched = {name for name in giving if f"FROM {name}" in str(_EVERY.element)}
    assert {Request.__tablename__, Call.__tablename__, FaxCase.__tablename__} < searched
    assert Escalation.__tablename__ in searched
    assert giving - repeats == searched


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (TRACKING, "お問い合わせ番号（郵便局の不在連絡票にある"),
        (TRACKING, "ほかに、受付番号（電話や手続きの終わりに伝えた"),
        ("KLNC-4G97", "受付番号（電話や手続きの終わりに伝えた"),
        ("KLNC-4G97", "ほかに、お問い合わせ番号（郵便局の不在連絡票にある"),
    ],
)
def test_a_number_is_told_as_what_it_was_taken_and_where_the_other_stands(
    staff: StaffSite, typed: str, says: str
) -> None:
    one = agent(staff).begin()
    assert says in main_of(one.search(number=typed))
    assert says in main_of(staff.enter_as(Role.OFFICER).send("/find/search", {"q": typed}).text)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("13112383853", "お問い合わせ番号（数字11けたか12けた）の形ですが"),
        ("KLNC-4B97", "受付番号（8文字）の形ですが"),
        ("M123456780", "手紙番号（Mと9けた）かID（10けた）の形ですが"),
        ("1234567", "どれでもありません"),
    ],
)
def test_a_wrong_number_is_told_by_its_shape_and_not_searched_for(
    sqlite_staff: StaffSite, typed: str, says: str
) -> None:
    one = agent(sqlite_staff).begin()
    answer = one.visitor.post("/desk/search", {"number": typed, "form_key": one.key()})
    assert answer.status_code == 422
    assert says in answer.text
    assert sqlite_staff.events("household.searched") == []


def test_each_field_passes_the_gate_and_the_last_search_of_a_day_is_the_last_in_each(
    sqlite_staff: StaffSite,
) -> None:
    person, numbers = with_everything(sqlite_staff)
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    texts = [*numbers, "鶉野", "139-0001", "昭和58年11月27日", "潮見坂一丁目"]
    for typed in texts:
        sqlite_staff.clock.advance(minutes=2)
        visitor.send("/find/search", {"q": typed})
    events = sqlite_staff.events("household.searched")
    assert len(events) == len(texts)
    assert {name for event in events for name in event.detail["fields"]} == {
        "number",
        "name",
        "postal",
        "birth",
        "place",
    }
    assert not [text for text in texts if text in str([event.detail for event in events])]
    for number in range(200 - len(texts)):
        asked = visitor.post("/find/search", {"q": chr(0x4F00 + number) * 2})
        assert asked.headers["location"] == "/households"
    for typed in (*numbers, "鶉野"):
        refused = visitor.post("/find/search", {"q": typed})
        assert refused.status_code == 429
        assert f"/{person.household_id}" not in main_of(refused.text)


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_gate_itself_refuses_who_may_not_search(staff: StaffSite, role: Role) -> None:
    organization = ROLES[role]
    may = Permission.SEARCH_HOUSEHOLDS in held(role, organization)
    with staff.database.write() as session:
        work = work_in(session, now=staff.now, actor=Actor(role, 1, organization))
        looked: list[int] = []

        def look() -> list[int]:
            looked.append(1)
            return looked

        if may:
            through_gate(work, Passage(["name"]), look, len)
        else:
            with pytest.raises(NotAllowedError):
                through_gate(work, Passage(["name"]), look, len)
    assert bool(looked) is may


def test_a_colleagues_call_is_no_passage(staff: StaffSite) -> None:
    agent(staff).begin()
    with staff.database.write() as session:
        call = session.query(Call).one()
        somebody_else = Actor(Role.AGENT, call.agent_id + 1, Organization.SUBCONTRACTOR)
        work = work_in(session, now=staff.now, actor=somebody_else)
        with pytest.raises(NotAllowedError):
            through_gate(work, Passage(["name"], call), list, len)


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_box_leads_to_every_page_a_role_may_open_and_to_no_other(
    sqlite_staff: StaffSite, role: Role
) -> None:
    may = held(role, ROLES[role])
    visitor = sqlite_staff.enter_as(role)
    for path, spot, permission in [
        one for _job, every in (*JOBS, ("", ELSEWHERE)) for one in every
    ]:
        for locale in STAFF_LOCALES:
            with use_locale(locale):
                typed = spot.label
            found = {known.path for known in named(typed, may).places}
            assert (path in found) is (permission in may), (typed, found)
        if permission in may:
            assert visitor.get(path).status_code in {200, 303}, path


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("在庫", "/stock"),
        ("ざいこ", "/stock"),
        ("zaiko", "/stock"),
        ("inventory", "/stock"),
        ("Returned Letter", "/returns"),
        ("返送", "/returns"),
        ("カレンダー", "/calendar"),
        ("パスワード", "/account"),
    ],
)
def test_the_words_people_use_lead_to_the_page_in_either_language(
    sqlite_staff: StaffSite, typed: str, path: str
) -> None:
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    visitor.send("/find/search", {"q": typed})
    assert visitor.place == path
    assert sqlite_staff.events("household.searched") == []


@pytest.mark.parametrize(
    ("typed", "fitting"),
    [
        ("報告", ["/reports/declines", "/call-report", "/delivery-report"]),
        ("reports", ["/reports/declines", "/call-report", "/delivery-report"]),
        ("手紙", ["/letters", "/tasks", "/undelivered"]),
        (
            "電話",
            ["/desk", "/calls", "/channel-changes", "/call-report", "/telephony", "/call-marks"],
        ),
    ],
)
def test_a_word_that_fits_several_pages_opens_none_of_them_but_lists_them(
    sqlite_staff: StaffSite, typed: str, fitting: list[str]
) -> None:
    household(sqlite_staff, "手塚　花", "テヅカ ハナ")
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    listed = main_of(visitor.send("/find/search", {"q": typed}).text)
    assert visitor.place == "/find"
    assert re.findall(r'<a class="cell" href="([^"]+)"', listed) == fitting
    assert "世帯をさがす</button>" in listed
    found = visitor.send("/find/search", {"q": "手塚", "only": "households"}).text
    assert FOUND in found


def test_a_word_within_another_word_of_latin_letters_is_no_name_of_it(
    sqlite_staff: StaffSite,
) -> None:
    """``top`` is the start page, not also the stops."""
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    visitor.send("/find/search", {"q": "top"})
    assert visitor.place == "/"


@pytest.mark.parametrize(
    ("protected", "more"), [((), True), ((0,), False), ((0, 7, 20), False), ((20,), False)]
)
def test_more_than_twenty_with_a_telephone_are_those_that_the_reader_may_know_of(
    staff: StaffSite, protected: tuple[int, ...], more: bool
) -> None:
    for number in range(21):
        person = staff.add_household(protected=number in protected)
        enroll_telephone(staff, person)
    shown = 21 - len(protected)
    says = "20件より多く" if more else f"{shown}件見つかりました"
    office = staff.enter_as(Role.OFFICER)
    assert says in main_of(office.send("/find/search", {"q": MOBILE}).text)
    assert says in main_of(agent(staff).begin().search(telephone=MOBILE))
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert "20件より多く" in main_of(ward.send("/find/search", {"q": MOBILE}).text)


def test_nothing_typed_stays_in_an_address_or_on_the_next_page(staff: StaffSite) -> None:
    staff.add_household()
    visitor = staff.enter_as(Role.OFFICER)
    visitor.send("/find/search", {"q": "鶉野"})
    assert not [url for url in visitor.visited if "%" in url or "鶉" in url]
    assert "鶉" not in visitor.open("/").text
    assert "鶉" not in visitor.open("/find").text
    one = agent(staff)
    assert "鶉野" in one.visitor.send("/find/search", {"q": "鶉野", "form_key": one.key()}).text
    one.begin()
    assert "鶉" not in one.visitor.open("/find").text
