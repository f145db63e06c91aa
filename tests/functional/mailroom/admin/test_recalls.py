"""The page of pull lists.

From what changed to the mail house's answers, and the sheet for the post office.
"""

import hashlib
from pathlib import Path

from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.recalls.models import RecallList
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold
from tests.support.mailroom.archives import make_mail_house
from tests.support.staff import StaffSite
from tests.support.transfers import announced
from tests.support.work import work_in


def test_an_officer_draws_up_sends_and_notes_the_answers(staff: StaffSite) -> None:
    house = make_mail_house(staff.database, staff.site.settings.letters_dir)
    run_id, people = house.run(4, handed_over=True)
    officer = staff.enter_as(Role.OFFICER)
    base = f"/letters/{run_id}/recalls"
    assert base in officer.open(f"/letters/{run_id}").text
    assert "ありません。引き渡しのあとに" in officer.open(base).text
    assert officer.post(base + "/draw-up").status_code == 422
    with staff.database.write() as session:
        for person in people[:3]:
            session.add(
                Hold(
                    household_id=person.household_id,
                    code="W10_MOVED_AFTER_BASE",
                    created_at=staff.now,
                )
            )
        letters = dict(session.execute(select(Letter.household_id, Letter.id)).all())
    keys = [letters[person.household_id] for person in people]
    assert "3通あります" in officer.open(base).text
    assert {officer.post(base + "/draw-up", {"form_key": "1"}).status_code for _ in range(2)} == {
        303
    }
    assert staff.count(RecallList) == 1
    csv = officer.get(base + "/1/csv")
    assert csv.status_code == 200
    assert csv.content.startswith("\ufeff手紙番号,ファイル,結果".encode())
    assert officer.get(base + "/1/xlsx").content.startswith(b"PK")
    assert officer.get(base + "/1/pdf").content.startswith(b"%PDF")
    assert officer.get(base + "/1/doc").status_code == 404
    assert officer.get(f"/letters/{run_id}/recalls/9/csv").status_code == 404
    assert {officer.post(base + "/1/send", {"form_key": "2"}).status_code for _ in range(2)} == {
        303
    }
    assert officer.post(base + "/1/answer").status_code == 422
    form = {f"letter-{keys[0]}": "pull", f"letter-{keys[1]}": "find_posted", "form_key": "3"}
    assert {officer.post(base + "/1/answer", form).status_code for _ in range(2)} == {303}
    assert staff.count(Credential, state="suspended") == 1
    sheet = officer.get(base + "/1/take-back")
    assert sheet.content.startswith(b"%PDF")
    other = officer.post(base + "/1/answer", {f"letter-{keys[3]}": "pull"})
    assert other.status_code == 404
    assert officer.post(base + "/1/answer", {"all": "pull", "form_key": "4"}).status_code == 303
    assert "すべて返事がありました" in officer.open(base).text
    assert staff.count(Letter, state="cancelled") == 2
    assert officer.post(base + "/1/answer-file").status_code == 422


def test_the_mail_houses_filled_in_list_is_read_once_it_is_what_its_sheet_says(
    staff: StaffSite,
) -> None:
    house = make_mail_house(staff.database, staff.site.settings.letters_dir)
    run_id, people = house.run(2, handed_over=True)
    officer = staff.enter_as(Role.OFFICER)
    base = f"/letters/{run_id}/recalls"
    hold = Hold(
        household_id=people[0].household_id, code="W10_MOVED_AFTER_BASE", created_at=staff.now
    )
    with staff.database.write() as session:
        session.add(hold)
    officer.open(base)
    officer.send(base + "/draw-up", {"form_key": "1"})
    officer.send(base + "/1/send", {"form_key": "2"})
    with staff.database.read() as session:
        number = session.scalars(
            select(Letter.number).where(Letter.household_id == people[0].household_id)
        ).one()
    filled = f"手紙番号,結果\r\n{number},抜き取り".encode("cp932")
    file = {"file": ("answers.csv", filled)}
    with staff.database.write() as session:
        figures = Figures(rows=1, sha256=hashlib.sha256(filled).hexdigest())
        announced(work_in(session), TransferKind.ANSWERS, Path("recall-1.csv"), figures)
    answer = officer.post(base + "/1/answer-file", {"form_key": "3"}, files=file)
    assert answer.status_code == 303
    again = officer.post(base + "/1/answer-file", {"form_key": "4"}, files=file)
    assert (again.status_code, "新しい結果がありません" in again.text) == (422, True)
    assert staff.count(Letter, state="cancelled") == 1
    assert "すべて返事がありました" in officer.open(base).text
