"""The page of a run's archive.

Building it for a mail house with consent, a lost one, and plain files that go.
"""

from datetime import timedelta

from portal.domain.foundation.actors import Role
from portal.domain.foundation.jobs.names import JobName
from portal.domain.letters.letters.models import Letter, PrintChunk
from portal.domain.mailroom.printing.archives.expiring import shred_old_archives
from portal.domain.mailroom.printing.archives.models import PrintArchive
from tests.support.coupons import NOW
from tests.support.mailroom.archives import make_mail_house
from tests.support.staff import StaffSite
from tests.support.work import work_in
from tests.support.worker import run_begun, run_job


def test_an_officer_builds_hands_over_and_the_plain_files_go_by_themselves(
    staff: StaffSite,
) -> None:
    house = make_mail_house(staff.database, staff.site.settings.letters_dir, consented=False)
    run_id, _people = house.run()
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    base = f"/letters/{run_id}/archive"
    assert base in officer.open(f"/letters/{run_id}").text
    page = officer.open(base)
    assert "アーカイブはまだありません" in page.text
    assert "区の承諾を受けた印刷会社がありません" in page.text
    refused = officer.post(base + "/build", {"company": str(house.id)})
    assert refused.status_code == 422
    assert "区の承諾（番号と日付）がない" in refused.text
    ward.post(
        f"/subcontractors/{house.id}/consent",
        {f"number-{house.id}": "1", f"day-{house.id}": "2023-06-30"},
    )
    assert officer.post(base + "/build", {"company": "x"}).status_code == 422
    assert ward.post(base + "/build", {"company": str(house.id)}).status_code == 403
    assert officer.post(base + "/build", {"company": str(house.id)}).status_code == 303
    assert "まだ終わっていません" in officer.open(base).text
    assert run_begun(staff.site) == 1
    assert "アーカイブを作りました" in officer.open(base + "?said=begun").text
    again = officer.post(base + "/build", {"company": str(house.id)})
    assert again.status_code == 422
    assert "もう作ってあります" in again.text
    assert officer.post(base + "/remove-plain").status_code == 422
    house.hand_over(run_id)
    assert staff.count(PrintArchive, state="sent") == 1
    assert "まだ2個あります" in officer.open(base).text
    run_job(staff.site.work_source(), JobName.PLAIN_LETTERS, house.folder)
    assert "すべて消しました" in officer.open(base).text
    assert staff.count(PrintChunk, removed_at=None) == 0
    assert len(staff.events("print_run.plain_removed")) == 1
    assert "汐風印刷" in officer.open("/subcontractors").text


def test_a_lost_archive_is_given_up_with_a_fresh_code_once(staff: StaffSite) -> None:
    house = make_mail_house(staff.database, staff.site.settings.letters_dir)
    run_id, _people = house.run()
    other, _people = house.run()
    house.build(run_id)
    colleague = staff.hire(Role.OFFICER)
    officer = staff.enter(colleague)
    base = f"/letters/{run_id}/archive"
    assert officer.post(base + "/1/lost", {"code": ""}).status_code == 422
    assert officer.post(f"/letters/{other}/archive/1/lost", {"code": ""}).status_code == 404
    assert staff.count(Letter, state="superseded") == 0
    form = {"code": colleague.code(staff.now), "form_key": "1"}
    assert {officer.post(base + "/1/lost", form).status_code for _ in range(2)} == {303}
    assert staff.count(Letter, state="superseded") == 4
    assert len(staff.events("print_archive.lost")) == 1
    text = officer.open(base).text
    assert "新しく印刷してください" in text
    assert officer.post(base + "/remove-plain").status_code == 303
    assert "すべて消しました" in officer.open(base).text


def test_who_may_hand_over_takes_the_encrypted_archive_of_a_run_that_left_and_that_is_noted(
    sqlite_staff: StaffSite,
) -> None:
    house = make_mail_house(sqlite_staff.database, sqlite_staff.site.settings.letters_dir)
    run_id, _people = house.run()
    built = house.build(run_id)
    officer, ward = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.enter_as(Role.WARD_OFFICER)
    file = f"/letters/{run_id}/archive/{built.id}/file"
    assert "引き渡しが承認された" in officer.post(file).text
    house.hand_over(run_id)
    assert "ダウンロードする" not in ward.open(f"/letters/{run_id}/archive").text
    assert ward.post(file).status_code == 403
    assert sqlite_staff.events("print_archive.taken") == []
    assert built.sha256 in officer.open(f"/letters/{run_id}/archive").text
    answer = officer.post(file)
    assert (answer.status_code, answer.content) == (200, house.content(built))
    assert answer.headers["content-disposition"] == f'attachment; filename="{built.file_name}"'
    assert len(sqlite_staff.events("print_archive.taken")) == 1
    assert officer.post(f"/letters/{run_id + 1}/archive/{built.id}/file").status_code == 404
    with sqlite_staff.database.write() as session:
        shred_old_archives(work_in(session, now=NOW + timedelta(days=31)))
    assert "もう残っていません" in officer.post(file).text
    assert "30日が過ぎたので" in officer.open(f"/letters/{run_id}/archive").text
