"""Finding a household.

Any spelling finds it, nothing of a person stands in an address, the protected are not there.
"""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from tests.support.canaries import CANARIES
from tests.support.coupons import VAULT
from tests.support.login_ids import plain_login_id
from tests.support.people import add_household
from tests.support.resident import NOON
from tests.support.staff import StaffSite

FOUND = "1件見つかりました"


def household(
    staff: StaffSite, name: str = "髙橋　花子", kana: str = "タカハシ ハナコ", **options: bool
) -> int:
    staff.people += 1
    with staff.database.write() as session:
        return add_household(
            session, VAULT, f"97{staff.people:08}", staff.now, name=name, kana=kana, **options
        )


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "高橋"),
        ("name", "髙橋　花子"),
        ("name", "たかはし"),
        ("name", "ﾀｶﾊｼ"),
        ("name", "takahashi"),
        ("name", "hanako TAKAHASHI"),
        ("name", "翡翠"),
        ("place", "潮見坂一丁目"),
        ("place", "潮見坂1-37-41"),
        ("postal", "１３９－０００１"),
        ("birth", "昭和58年11月27日"),
        ("birth", "1983/11/27"),
        ("q", "高橋"),
        ("q", "139-0001"),
        ("q", "S58.11.27"),
        ("q", "潮見坂一丁目"),
    ],
)
def test_any_spelling_finds_the_household(staff: StaffSite, field: str, typed: str) -> None:
    household(staff)
    household(
        staff, "別人　太郎", "ベツジン タロウ"
    ) if field == "name" and typed != "翡翠" else None
    visitor = staff.enter_as(Role.OFFICER)
    page = visitor.send("/find/search" if field == "q" else "/households/search", {field: typed})
    assert visitor.place == "/households"
    assert FOUND in page.text
    assert "髙●" in page.text


def test_the_letter_number_and_the_id_find_the_household(staff: StaffSite) -> None:
    person, number = staff.add_household(), new_letter_number()
    with staff.database.write() as session:
        run = PrintRun(
            kind="credential",
            planned=1,
            children=2,
            total_yen=60_000,
            folder="x",
            notice_date=NOON.date(),
            created_at=staff.now,
        )
        session.add(run)
        session.flush()
        session.add(
            Letter(
                number=number,
                household_id=person.household_id,
                kind="credential",
                print_run_id=run.id,
                chunk_number=1,
                children=2,
                amount_yen=60_000,
                created_at=staff.now,
            )
        )
    visitor = staff.enter_as(Role.OFFICER)
    written = f"ｍ{number[1:5]}-{number[5:]} "
    for typed in (number, written, person.login_id, f"{person.login_id[:4]} {person.login_id[4:]}"):
        assert FOUND in visitor.send("/households/search", {"number": typed}).text, typed
        assert FOUND in visitor.send("/find/search", {"q": typed}).text, typed


def test_what_is_found_is_masked_and_no_name_stands_in_an_address(staff: StaffSite) -> None:
    staff.add_household()
    visitor = staff.enter_as(Role.OFFICER)
    page = visitor.send("/households/search", {"name": "鶉野"})
    assert FOUND in page.text
    table = page.text.split("<tbody>")[1].split("</tbody>")[0]
    assert [canary for canary in CANARIES if canary in table] == []
    assert not [url for url in visitor.visited if "%" in url or "鶉" in url]
    assert "鶉野" not in str(staff.events("household.searched")[0].detail)


def test_going_back_shows_the_last_search_again_and_clearing_forgets_it(staff: StaffSite) -> None:
    staff.add_household()
    visitor = staff.enter_as(Role.OFFICER)
    visitor.send("/households/search", {"name": "鶉野"})
    again = visitor.open("/households")
    assert FOUND in again.text
    assert 'value="鶉野"' in again.text
    assert "鶉野" not in visitor.send("/households/clear").text


def test_nothing_found_says_what_to_try(staff: StaffSite) -> None:
    page = staff.enter_as(Role.OFFICER).send("/households/search", {"name": "存在しない"})
    assert "見つかりませんでした" in page.text
    assert "名字だけ" in page.text


@pytest.mark.parametrize(
    ("field", "typed"), [("postal", "12"), ("birth", "85年3月9日"), ("birth", "2月30日")]
)
def test_what_cannot_be_read_is_answered_beside_its_field(
    staff: StaffSite, field: str, typed: str
) -> None:
    answer = staff.enter_as(Role.OFFICER).post("/households/search", {field: typed, "name": "鶉"})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="鶉"' in answer.text


def test_protected_households_are_found_by_the_ward_alone(staff: StaffSite) -> None:
    person = staff.add_household(protected=True)
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    for typed in (
        {"name": "鶉野"},
        {"birth": "1983-11-27"},
        {"postal": "1390001"},
        {"number": person.login_id},
    ):
        hidden = officer.send("/households/search", typed).text
        absent = {"number": plain_login_id()} if "number" in typed else {"name": "存在しない"}
        nothing = officer.send("/households/search", absent).text
        assert "見つかりませんでした" in hidden
        assert f"/households/{person.household_id}" not in hidden
        assert hidden.split('id="results"')[1][:400] == nothing.split('id="results"')[1][:400]
        shown = ward.send("/households/search", typed).text
        assert FOUND in shown
        assert "支援措置" in shown


def test_at_most_twenty_households_are_shown(sqlite_staff: StaffSite) -> None:
    for _ in range(22):
        household(sqlite_staff)
    page = sqlite_staff.enter_as(Role.OFFICER).send("/households/search", {"name": "高橋"}).text
    assert page.count('class="cell" href="/households/') == 20
    assert "20件より多く" in page


def test_htmx_gets_the_answer_alone_and_typing_on_is_one_search(staff: StaffSite) -> None:
    staff.add_household()
    visitor = staff.enter_as(Role.OFFICER)
    for typed in ("鶉", "鶉野", "鶉野　瑠"):
        answer = visitor.post("/households/search", {"name": typed}, headers={"hx-request": "true"})
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert FOUND in answer.text
    assert len(staff.events("household.searched")) == 1
    staff.clock.advance(minutes=2)
    visitor.post("/households/search", {"name": "鶉野"}, headers={"hx-request": "true"})
    assert len(staff.events("household.searched")) == 2


def test_another_field_is_another_search_and_typing_on_for_minutes_is_more_than_one(
    staff: StaffSite,
) -> None:
    staff.add_household()
    visitor = staff.enter_as(Role.OFFICER)
    for typed in ({"name": "鶉野"}, {"postal": "139-0001"}, {"name": "鶉野"}):
        visitor.post("/households/search", typed)
    assert len(staff.events("household.searched")) == 3
    for _ in range(4):
        staff.clock.advance(seconds=25)
        for typed in ({"name": "鶉"}, {"name": "鶉野"}):
            visitor.post("/households/search", typed)
    assert len(staff.events("household.searched")) == 4


@pytest.mark.asvs("2.4.1", "16.3.3")
def test_unusually_many_searches_are_noted_and_two_hundred_a_day_are_the_end(
    sqlite_staff: StaffSite,
) -> None:
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    for number in range(200):
        assert visitor.post("/households/search", {"name": chr(0x4E00 + number)}).status_code == 303
    assert len(sqlite_staff.events("staff.unusual_browsing")) == 140
    assert visitor.post("/households/search", {"name": "最後"}).status_code == 429
