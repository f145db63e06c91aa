"""A list with persons in it leaves only approved by somebody else, capped, encrypted and marked."""

import io
import zipfile
from collections.abc import Sequence
from datetime import timedelta

import pyrage
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.vault import unseal_json
from portal.domain.letters.letters.models import Letter
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.person_lists import asking
from portal.domain.oversight.person_lists.contents import MOST_ROWS
from portal.domain.oversight.person_lists.expiring import end_due
from portal.domain.oversight.person_lists.kinds import ListKind
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.states import PERSON_LIST, ListState
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.households.models import Household
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.sign_in import actor_of
from portal.worker.jobs import _sweep
from tests.functional.oversight.person_lists.support import (
    ask,
    asked,
    fetched,
    made,
    newest,
    opened,
    returned,
    step,
    wish,
)
from tests.support.people import CANARY_NAME
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in


def cells(workbook: bytes, sheet: int) -> Sequence[Sequence[object]]:
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(sheet).to_python()
    )


def protect(staff: StaffSite, number: str) -> int:
    with staff.database.write() as session:
        found = session.scalars(select(Letter.household_id).where(Letter.number == number)).one()
        session.get_one(Household, found).protected = True
        return found


def test_a_list_is_asked_for_approved_made_fetched_and_destroyed(staff: StaffSite) -> None:
    numbers = returned(staff, 3)
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "持ち出した一覧はありません" in officer.open("/person-lists").text
    number = ask(staff, officer)
    assert "区の担当の承認を待っています" in officer.open("/person-lists").text
    assert "持ち出しの承認を待つ一覧が1件あります" in ward.open("/").text
    assert "持ち出しの承認を待つ" not in officer.open("/").text
    assert "住所を調べるため" in ward.open("/person-lists").text
    key = made(number, ward)
    answer = step(officer, number, "fetch")
    assert answer.headers["content-disposition"] == f'attachment; filename="list-{number}.xlsx.age"'
    workbook = opened(answer.content, key)
    rows = cells(workbook, 1)
    assert sorted(str(row[0]) for row in rows[2:5]) == sorted(numbers)
    assert CANARY_NAME not in str(rows)
    (event,) = staff.events("person_list.fetched")
    assert event.detail["rows"] == 3
    done = step(officer, number, "destroyed", **{f"how-{number}": "消した"})
    assert done.status_code == 303
    row = newest(staff)
    assert (row.state, row.file) == (ListState.DESTROYED, None)
    with staff.database.read() as session:
        copy = session.get_one(DataCopy, row.copy_id)
        assert (copy.kind, copy.state, copy.until) == ("person_list", "destroyed", row.until)
        assert copy.owner.startswith("職員 officer")
        assert copy.destroyed_how == "消した"


def test_every_sheet_and_printed_page_says_which_list_whose_and_what_for(
    sqlite_staff: StaffSite,
) -> None:
    number, _body, workbook = fetched(sqlite_staff)
    for sheet in (0, 1):
        text = str(cells(workbook, sheet)[:2])
        for part in (f"第{number}号", "職員 officer", "住所を調べるため", "までに廃棄"):
            assert part in text
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
            printed = book.read(name).decode()
            margins = printed[printed.index("<headerFooter") :]
            assert margins.count(f"第{number}号") == 2


def test_the_file_opens_with_its_key_alone_and_the_key_is_kept_nowhere(
    sqlite_staff: StaffSite,
) -> None:
    officer, ward, number = asked(sqlite_staff)
    assert step(ward, number, "approve").status_code == 303
    page = step(ward, number, "make")
    assert "AGE-SECRET-KEY-1" in page.text
    again = step(ward, number, "make")  # the same form, sent twice
    assert again.status_code == 303
    assert "AGE-SECRET-KEY-1" not in ward.open("/person-lists").text
    body = step(officer, number, "fetch").content
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(body, [pyrage.x25519.Identity.generate()])
    assert b"PK\x03\x04" not in body[:2000]
    raw = (sqlite_staff.folder).rglob("*")
    assert not any(b"AGE-SECRET-KEY-1" in path.read_bytes() for path in raw if path.is_file())


def test_made_again_before_it_was_fetched_the_first_key_opens_nothing(
    sqlite_staff: StaffSite,
) -> None:
    officer, ward, number = asked(sqlite_staff)
    first, second = made(number, ward), made(number, ward, "again")
    body = step(officer, number, "fetch").content
    with pytest.raises(pyrage.DecryptError):
        opened(body, first)
    assert opened(body, second).startswith(b"PK")
    assert step(ward, number, "make", form_key="third").status_code == 422
    copies = [row.state for row in copies_of(sqlite_staff)]
    assert copies == ["destroyed", "kept"]


def copies_of(staff: StaffSite) -> list[DataCopy]:
    with staff.database.read() as session:
        rows = list(session.scalars(select(DataCopy).order_by(DataCopy.id)))
        session.expunge_all()
        return rows


def test_nobody_approves_their_own_list(staff: StaffSite) -> None:
    returned(staff, 1)
    ward = staff.enter_as(Role.WARD_OFFICER)
    number = ask(staff, ward)
    for action in ("approve", "refuse"):
        answer = step(ward, number, action, **{f"why-{number}": "だめ"})
        assert answer.status_code == 422
        assert "自分の申請は、自分では承認できません" in answer.text
    assert newest(staff).state == ListState.REQUESTED
    assert step(staff.enter_as(Role.WARD_OFFICER), number, "approve").status_code == 303


@pytest.mark.parametrize(
    "role", [Role.OFFICER, Role.SUPERVISOR, Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR]
)
def test_only_an_officer_of_the_ward_approves(sqlite_staff: StaffSite, role: Role) -> None:
    returned(sqlite_staff, 1)
    number = ask(sqlite_staff, sqlite_staff.enter_as(Role.OFFICER))
    assert step(sqlite_staff.enter_as(role), number, "approve").status_code == 403
    colleague = sqlite_staff.hire(role)
    with sqlite_staff.database.write() as session:
        actor = actor_of(session.get_one(StaffUser, colleague.id))
        work = work_in(session, actor, sqlite_staff.now, vault=sqlite_staff.site.vault)
        with pytest.raises(NotAllowedError, match="区の担当"):
            asking.approve(work, number)
    assert newest(sqlite_staff).state == ListState.REQUESTED


def test_the_one_who_approves_does_not_get_the_file_and_others_see_nothing(
    sqlite_staff: StaffSite,
) -> None:
    officer, ward, number = asked(sqlite_staff)
    made(number, ward)
    stranger = sqlite_staff.enter_as(Role.OFFICER)
    assert "持ち出した一覧はありません" in stranger.open("/person-lists").text
    for visitor in (ward, stranger):
        assert step(visitor, number, "fetch").status_code == 404
    assert step(sqlite_staff.enter_as(Role.WARD_OFFICER), number, "make").status_code == 404
    assert step(stranger, number, "withdraw").status_code == 404
    assert step(stranger, number, "destroyed").status_code == 404
    assert step(officer, 999, "fetch").status_code == 404


def test_a_list_of_more_rows_than_the_limit_does_not_leave(
    sqlite_staff: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned(sqlite_staff, 2)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    number = ask(sqlite_staff, officer)
    monkeypatch.setitem(MOST_ROWS, ListKind.UNDELIVERED, 1)
    assert step(ward, number, "approve").status_code == 303
    answer = step(ward, number, "make")
    assert answer.status_code == 422
    assert "1つのファイルは1行までです" in answer.text
    refused = officer.post("/person-lists/request", wish(sqlite_staff, form_key="more"))
    assert refused.status_code == 422
    assert "1つのファイルは1行までです" in refused.text
    assert newest(sqlite_staff).state == ListState.APPROVED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "なし"}, "purpose"),
        ({"purpose": "あ" * 201}, "purpose"),
        ({"recipient": " "}, "recipient"),
        ({"until": "いつか"}, "until"),
        ({"until": "2099-01-01"}, "until"),
        ({"until": "2020-01-01"}, "until"),
        ({"kind": "everybody"}, "kind"),
        ({"kind": "stored_mail", "box": "Z-9"}, "kind"),
    ],
)
def test_a_request_says_what_is_missing(
    sqlite_staff: StaffSite, changes: dict[str, str], field: str
) -> None:
    returned(sqlite_staff, 1)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    answer = officer.post("/person-lists/request", wish(sqlite_staff, **changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert sqlite_staff.count(PersonList) == 0


def test_a_protected_household_is_in_the_wards_list_alone(staff: StaffSite) -> None:
    numbers = returned(staff, 3)
    hidden = protect(staff, numbers[1])
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    other = staff.enter_as(Role.WARD_OFFICER)
    for asker, expected in ((officer, [numbers[0], numbers[2]]), (other, numbers)):
        number = ask(staff, asker)
        workbook = opened_by(ward, asker, number)
        rows = cells(workbook, 1)
        found = [row[0] for row in rows if str(row[0]).startswith("M")]
        assert len(found) == len(expected)
        assert set(found) == set(expected), "their order is what traces them"
        facts = {row[0]: row[1] for row in cells(workbook, 0) if len(row) > 1}
        assert facts["行"] == str(len(expected))
        assert newest(staff).rows == len(expected)
    shown = [named_households(event.detail) for event in staff.events(VIEWED)]
    assert [hidden] in shown


def opened_by(ward: Visitor, asker: Visitor, number: int) -> bytes:
    key = made(number, ward)
    return opened(step(asker, number, "fetch").content, key)


def test_a_household_protected_after_the_file_was_made_does_not_leave_with_it(
    sqlite_staff: StaffSite,
) -> None:
    numbers = returned(sqlite_staff, 2)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    number = ask(sqlite_staff, officer)
    made(number, ward)
    protect(sqlite_staff, numbers[0])
    answer = step(officer, number, "fetch")
    assert answer.status_code == 422
    assert "もう受け取れません" in answer.text
    key = made(number, ward, "again")
    rows = cells(opened(step(officer, number, "fetch", form_key="2").content, key), 1)
    assert numbers[0] not in str(rows)


def test_what_the_worker_finds_over_is_deleted_and_what_was_fetched_stays_to_be_confirmed(
    staff: StaffSite,
) -> None:
    number, _body, _workbook = fetched(staff, 1)
    ward, officer = staff.enter_as(Role.WARD_OFFICER), staff.enter_as(Role.OFFICER)
    unfetched = ask(staff, officer, form_key="2")
    made(unfetched, ward)
    waiting = ask(staff, officer, form_key="3")
    staff.clock.advance(days=8)
    with staff.database.write() as session:
        _sweep(work_in(session, now=staff.now, vault=staff.site.vault))
    with staff.database.read() as session:
        rows = {row.id: row for row in session.scalars(select(PersonList))}
        assert rows[number].state == ListState.OUTSTANDING
        assert rows[unfetched].state == rows[waiting].state == ListState.EXPIRED
        assert all(row.file is None for row in rows.values())
        assert rows[number].marks is not None
    assert [row.state for row in copies_of(staff)] == ["kept", "destroyed"]
    assert "を過ぎています" in staff.enter_as(Role.OFFICER).open("/copies").text


def test_after_its_last_day_nothing_is_fetched_whether_or_not_the_worker_came(
    sqlite_staff: StaffSite,
) -> None:
    returned(sqlite_staff, 1)
    colleague = sqlite_staff.hire(Role.OFFICER)
    number = ask(sqlite_staff, sqlite_staff.enter(colleague))
    made(number, sqlite_staff.enter_as(Role.WARD_OFFICER))
    sqlite_staff.clock.advance(days=4)
    answer = step(sqlite_staff.enter(colleague), number, "fetch")
    assert answer.status_code == 422
    assert "期限が過ぎました" in answer.text


def test_a_copy_confirmed_as_destroyed_in_the_register_is_not_handed_out_again(
    sqlite_staff: StaffSite,
) -> None:
    returned(sqlite_staff, 1)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    number = ask(sqlite_staff, officer)
    made(number, sqlite_staff.enter_as(Role.WARD_OFFICER))
    assert step(officer, number, "fetch").status_code == 200
    copy = newest(sqlite_staff).copy_id
    answer = officer.post(f"/copies/{copy}/destroyed", {f"how-{copy}": "消した", "form_key": "d"})
    assert answer.status_code == 303
    assert step(officer, number, "fetch", form_key="again").status_code == 422
    assert step(officer, number, "destroyed", **{f"how-{number}": "消した"}).status_code == 303


def test_purpose_and_recipient_are_sealed_and_no_event_says_them(
    sqlite_staff: StaffSite,
) -> None:
    returned(sqlite_staff, 1)
    number = ask(sqlite_staff, sqlite_staff.enter_as(Role.OFFICER))
    row, vault = newest(sqlite_staff), sqlite_staff.site.vault
    assert row.sealed is not None
    key = vault.unwrap(row.wrapped_key)
    kept = unseal_json(key, row.sealed, f"person_list:{number}")
    assert (kept["purpose"], kept["recipient"]) == ("住所を調べるため", "区 子育て支援課 係長")
    (event,) = sqlite_staff.events("person_list.requested")
    assert "住所" not in str(event.detail)


def test_a_refusal_has_a_reason_that_the_asker_reads(sqlite_staff: StaffSite) -> None:
    officer, ward, number = asked(sqlite_staff)
    assert step(ward, number, "refuse").status_code == 422
    done = step(ward, number, "refuse", **{f"why-{number}": "画面で足ります"})
    assert done.status_code == 303
    assert "画面で足ります" in officer.open("/person-lists").text


@pytest.mark.parametrize("state", list(ListState))
@pytest.mark.parametrize("action", list(PERSON_LIST.steps))
def test_every_action_in_every_state_does_what_the_table_says_or_nothing(
    sqlite_staff: StaffSite, state: ListState, action: str
) -> None:
    """Each pair through the services, not through the table alone."""
    returned(sqlite_staff, 1)
    asker, decider = sqlite_staff.hire(Role.OFFICER), sqlite_staff.hire(Role.WARD_OFFICER)
    number = ask(sqlite_staff, sqlite_staff.enter(asker))
    ward = sqlite_staff.enter(decider)
    made(number, ward)
    with sqlite_staff.database.write() as session:
        row = session.get_one(PersonList, number)
        row.state = state.value
        if action == "expire":
            row.due_at = sqlite_staff.now - timedelta(seconds=1)
    expected = PERSON_LIST.steps[action].get(state, state)
    site = sqlite_staff.enter(asker if action in {"withdraw", "fetch", "destroy"} else decider)
    if action == "expire":
        with sqlite_staff.database.write() as session:
            end_due(work_in(session, now=sqlite_staff.now, vault=sqlite_staff.site.vault))
    else:
        name = "destroyed" if action == "destroy" else action
        fields = {f"why-{number}": "だめ", f"how-{number}": "消した", "form_key": "pair"}
        answer = step(site, number, name, **fields)
        assert (answer.status_code in {200, 303}) is PERSON_LIST.can(state, action)
    assert newest(sqlite_staff).state == expected
