"""Search by whatever the caller can say: only in a call, masked, without protected households."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.formats import print_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import (
    open_child,
    open_household,
    seal_child,
    seal_household,
)
from portal.domain.people.households.search_feed import note_changed
from tests.functional.desk.call_desk.support import (
    MOBILE,
    TRACKING,
    agent,
    enroll_telephone,
    household,
    letter_of,
    main_of,
    posted,
    steady,
)
from tests.support.canaries import CANARIES
from tests.support.coupons import VAULT
from tests.support.login_ids import plain_login_id
from tests.support.people import CANARY_STREET, CANARY_TOWN
from tests.support.staff import StaffSite

ONE = "1件見つかりました"


def test_without_a_call_the_page_says_to_begin_one_and_finds_nobody(staff: StaffSite) -> None:
    person = staff.add_household()
    for role in (Role.AGENT, Role.SUPERVISOR):
        one = agent(staff, role)
        page = one.visitor.get("/desk")
        assert page.status_code == 200
        assert 'action="/calls/start"' in main_of(page.text)
        assert one.visitor.post("/desk/search", {"name": "鶉野"}).status_code == 403
        opened = one.visitor.get(f"/desk/{person.household_id}")
        assert opened.status_code == 403
        assert 'action="/calls/start"' in main_of(opened.text)
        assert one.visitor.post(f"/desk/{person.household_id}/verify", {}).status_code == 403
        assert (
            one.visitor.post(f"/desk/{person.household_id}/reveal", {"part": "name"}).status_code
            == 403
        )
    assert staff.events("household.searched") == staff.events("household.opened") == []


def test_a_colleagues_call_opens_nothing(staff: StaffSite) -> None:
    person = staff.add_household()
    agent(staff).begin()
    assert agent(staff).visitor.get(f"/desk/{person.household_id}").status_code == 403


def test_every_number_that_a_caller_has_opens_the_household(staff: StaffSite) -> None:
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number)
    enroll_telephone(staff, person)
    one = agent(staff).begin()
    for typed in (
        number,
        f"ｍ{number[1:5]}－{number[5:]} ",
        person.login_id,
        print_login_id(person.login_id),
        TRACKING,
        "131-12-38385-2",
        "１３１－１２－３８３８５－２",
        f"a{TRACKING}b",
    ):
        one.search(number=typed)
        assert one.visitor.place == f"/desk/{person.household_id}", typed
    for typed in ("090-1234-5678", "０９０１２３４５６７８", MOBILE):
        one.search(telephone=typed)
        assert one.visitor.place == f"/desk/{person.household_id}", typed


@pytest.mark.parametrize(
    ("name", "kana", "typed"),
    [
        ("髙橋　花子", "タカハシ ハナコ", "高橋"),
        ("髙橋　花子", "タカハシ ハナコ", "たかはし"),
        ("渡邉　一", "ワタナベ ハジメ", "渡辺一"),
        ("髙橋　花子", "タカハシ ハナコ", "花子 高橋"),
        ("NGUYEN THI HOA", "", "Hoa Nguyen"),
        ("NGUYEN THI HOA", "", "nguyễn thị hoa"),
        ("NGUYEN THI HOA", "", "ｎｇｕｙｅｎ"),
        ("KIM MINJI", "", "Minji, KIM"),
        ("DEMO MARÍA", "", "maria demo"),
        ("KIM MINJI（木村　美智）", "", "木村美智"),
    ],
)
def test_names_are_found_in_any_script_order_and_case(
    sqlite_staff: StaffSite, name: str, kana: str, typed: str
) -> None:
    household(sqlite_staff, name, kana)
    household(sqlite_staff, "別人　太郎", "ベツジン タロウ")
    one = agent(sqlite_staff).begin()
    assert ONE in one.search(name=typed)
    assert one.visitor.place == "/desk"


def test_name_birth_date_and_postal_code_must_fit_together(staff: StaffSite) -> None:
    household(staff, "高橋　花子", "タカハシ ハナコ")
    one = agent(staff).begin()
    assert ONE in one.search(name="高橋", birth="昭和58年11月27日", postal="１３９ー０００１")
    assert "0件見つかりました" in one.search(name="高橋", birth="昭和58年11月28日")


def test_rows_are_masked_and_never_say_what_a_caller_is_asked_for(staff: StaffSite) -> None:
    staff.add_household()
    one = agent(staff).begin()
    page = one.search(name="鶉野")
    assert ONE in page
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    for secret in (*CANARIES, CANARY_TOWN, CANARY_STREET, "139", "1983", "2013"):
        assert secret not in table
    assert not [url for url in one.visitor.visited if "%" in url or "鶉" in url]
    assert "鶉野" not in str(staff.events("household.searched")[0].detail)


def test_at_most_twenty_are_shown_and_the_agent_is_told_what_to_ask(
    sqlite_staff: StaffSite,
) -> None:
    for _ in range(22):
        household(sqlite_staff, "高橋　花子", "タカハシ ハナコ")
    page = agent(sqlite_staff).begin().search(name="高橋")
    assert page.count('class="cell" href="/desk/') == 20
    assert "20件より多く" in page
    assert "生年月日を教えてください" in page


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("number", "", "どれか1つ"),
        ("name", "高", "短すぎます"),
        ("postal", "139", "7けた"),
        ("birth", "58年11月", "昭和60年3月9日"),
        ("number", "12345", "ゆっくり聞いて"),
        ("telephone", "03-1234-5678", "070"),
        ("number", "13112383853", "ゆっくり聞いて"),
    ],
)
def test_nothing_too_short_or_unreadable_is_searched_for(
    sqlite_staff: StaffSite, field: str, typed: str, says: str
) -> None:
    sqlite_staff.add_household()
    one = agent(sqlite_staff).begin()
    answer = one.visitor.post("/desk/search", {field: typed, "form_key": one.key()})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'id="{field}-error"' in answer.text
    assert sqlite_staff.events("household.searched") == []


def test_no_hit_says_what_to_ask_next_in_the_callers_language_too(staff: StaffSite) -> None:
    page = agent(staff).begin(language="ko").search(name="存在しない")
    assert "0件見つかりました" in page
    assert "次に聞くこと" in page
    assert "不在連絡票があれば" in page
    assert 'class="say" lang="ko"' in page


@pytest.mark.asvs("16.3.2")
def test_a_protected_household_looks_exactly_like_none_and_only_the_log_knows(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number)
    enroll_telephone(staff, person)
    one = agent(staff).begin()

    def answers() -> list[str]:
        searches: list[dict[str, str]] = [
            {"name": "鶉野"},
            {"birth": "1983-11-27"},
            {"postal": "1390001"},
            {"number": person.login_id},
            {"number": number},
            {"number": TRACKING},
            {"telephone": "09012345678"},
        ]
        found = []
        for typed in searches:
            found.append(steady(one.search(**typed)))
            assert one.visitor.place == "/desk"
        return found

    with staff.database.write() as session:
        session.execute(update(Household).values(protected=True))
    hidden = answers()
    missing = steady(one.visitor.get(f"/desk/{person.household_id}").text)
    asked = staff.events("household.protected_asked")
    assert [event.household_id for event in asked] == [person.household_id] * 8
    _forget_everything(staff)
    assert answers() == hidden
    assert steady(one.visitor.get("/desk/999999").text) == missing
    assert len(staff.events("household.protected_asked")) == 8
    assert all(event.detail["call"] for event in asked)


def rename(session: Session, row: Household) -> None:
    """Give a household and its children names and dates that nobody asks for."""
    key = VAULT.unwrap(row.wrapped_key)
    fields = open_household(key, row.sealed, row.number_digest)
    name, kana, birth = "誰でもない", "ダレデモナイ", date(1901, 1, 1)
    new = replace(fields, name=name, kana=kana, birth=birth, postal_code="0000000")
    row.sealed = seal_household(key, new, row.number_digest)
    for child in session.scalars(select(Child).where(Child.household_id == row.id)):
        kid = open_child(key, child.sealed, child.person_digest)
        child.sealed = seal_child(
            key, replace(kid, name=name, kana=kana, birth=birth), child.person_digest
        )
    session.flush()
    note_changed(session, (row.id,))


def _forget_everything(staff: StaffSite) -> None:
    """The household's keys find nothing: it is as if it never was."""
    with staff.database.write() as session:
        for row in session.scalars(select(Household)).all():
            rename(session, row)
        session.execute(update(OtpAuthenticator).values(address_digest=None))
        session.execute(update(Credential).values(login_digest=b"gone"))
        session.execute(update(Letter).values(number="gone"))
        session.execute(update(Shipment).values(tracking_no=None))


@pytest.mark.parametrize("field", ["name", "birth", "number"])
def test_a_protected_household_is_as_much_work_as_none(staff: StaffSite, field: str) -> None:
    """No time tells what no page tells.

    A few statements more, all by key, against an answer of many milliseconds.
    """
    person = staff.add_household(protected=True)
    there = {"name": "鶉野", "birth": "1983-11-27", "number": person.login_id}[field]
    nowhere = {"name": "存在しない", "birth": "1970-01-01", "number": plain_login_id()}[field]
    one = agent(staff).begin()
    counted = []
    for typed in (there, nowhere, there, nowhere):
        with statements(staff) as seen:
            one.search(**{field: typed})
        counted.append(len(seen))
    assert abs(counted[2] - counted[3]) <= 3, counted


def test_only_who_was_shown_is_on_record_and_nobody_who_was_compared(staff: StaffSite) -> None:
    hidden, shown = staff.add_household(protected=True), staff.add_household()
    one = agent(staff).begin()
    one.search(name="鶉野")
    looks = [named_households(event.detail) for event in staff.events(VIEWED)]
    assert [shown.household_id] in looks
    assert not [keys for keys in looks if hidden.household_id in keys]


@contextmanager
def statements(staff: StaffSite) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(staff.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(staff.database.engine, "before_cursor_execute", note)


def test_a_search_by_number_asks_the_database_little(staff: StaffSite) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    one.search(number=person.login_id)
    with statements(staff) as seen:
        one.visitor.post("/desk/search", {"number": person.login_id, "form_key": one.key()})
    assert len(seen) <= 16, seen


def test_a_search_of_many_tells_the_supervisor_nothing(sqlite_staff: StaffSite) -> None:
    for _ in range(21):
        household(sqlite_staff, "高橋　花子", "タカハシ ハナコ")
    household(sqlite_staff, "高橋　花子", "タカハシ ハナコ", protected=True)
    page = agent(sqlite_staff).begin().search(name="高橋")
    assert page.count('class="cell" href="/desk/') == 20
    assert sqlite_staff.events("household.protected_asked") == []


def test_one_caller_cannot_find_a_birth_date_by_searching(staff: StaffSite) -> None:
    staff.add_household()
    one = agent(staff).begin()
    for day in range(1, 6):
        assert "0件" in one.search(name="鶉野", birth=f"1983-10-{day:02}")
    for _ in range(2):  # the same form again gets the same answer
        typed = {"name": "鶉野", "birth": "1983-11-27", "form_key": "sixth"}
        answer = one.visitor.post("/desk/search", typed)
        assert answer.status_code == 422
        assert "5回まで" in answer.text
        assert "件見つかりました" not in answer.text
    assert "1件" not in one.visitor.open("/desk").text
    assert {event.detail["what"] for event in staff.events("staff.unusual_browsing")} == {"births"}


def test_the_next_caller_does_not_see_the_last_search(staff: StaffSite) -> None:
    staff.add_household()
    one = agent(staff).begin()
    one.search(name="鶉野")
    one.end()
    one.begin()
    page = one.visitor.open("/desk").text
    assert "鶉" not in page
    assert "件見つかりました" not in page


def test_pressing_twice_is_one_search_and_clearing_forgets_it(staff: StaffSite) -> None:
    staff.add_household()
    one = agent(staff).begin()
    for _ in range(2):
        one.visitor.send("/desk/search", {"name": "鶉野", "form_key": "twice"})
    assert len(staff.events("household.searched")) == 1
    assert "鶉野" not in one.visitor.send("/desk/clear").text


def test_sixty_searches_an_hour_are_noted_and_two_hundred_a_day_are_the_end(
    sqlite_staff: StaffSite,
) -> None:
    one = agent(sqlite_staff).begin()
    for number in range(200):
        typed = {"name": chr(0x4E00 + number) * 2, "form_key": one.key()}
        assert one.visitor.post("/desk/search", typed).status_code == 303
    assert len(sqlite_staff.events("staff.unusual_browsing")) == 140
    answer = one.visitor.post("/desk/search", {"name": "最後", "form_key": one.key()})
    assert answer.status_code == 429
    assert "上限" in answer.text


def test_opening_more_than_sixty_households_an_hour_is_noted(sqlite_staff: StaffSite) -> None:
    one = agent(sqlite_staff).begin()
    for _ in range(61):
        key = household(sqlite_staff, "高橋　花子", "タカハシ ハナコ")
        assert one.visitor.get(f"/desk/{key}").status_code == 200
        one.visitor.get(f"/desk/{key}")
    assert len(sqlite_staff.events("household.opened")) == 61
    assert [event.detail["what"] for event in sqlite_staff.events("staff.unusual_browsing")] == [
        "open"
    ]


def test_after_a_search_among_the_scripts_the_focus_is_there(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household()
    household(sqlite_staff, "白鷺　冬美", "シラサギ フユミ")
    one = agent(sqlite_staff).begin()
    focused = re.compile(r"<(\w+)[^>]* autofocus")
    assert focused.findall(one.search(name="白鷺")) == ["a"]
    for path in ("/desk", f"/desk/{person.household_id}"):
        page = main_of(one.visitor.open(f"{path}?script_q=手紙").text)
        assert focused.findall(page) == ["p"], path
        assert '<p class="found" role="status" tabindex="-1" autofocus>' in page
