"""Staff see every copy of the data, which one is overdue, and confirm that one is gone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.domain.foundation.actors import SYSTEM, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, WrongStateError
from portal.domain.oversight.copies import queries, services
from portal.domain.oversight.copies.kinds import CopyKind, Outcome
from portal.domain.oversight.copies.models import DataCopy
from tests.support.staff import StaffSite


def new(until: date, **changes: str) -> services.NewCopy:
    made = services.NewCopy(CopyKind.BACKUP, "storage:/backups/1", "情報課", "訓練", until)
    return replace(made, **changes)  # type: ignore[arg-type]  # texts alone


def register(staff: StaffSite, until: date) -> int:
    with staff.database.write() as session:
        return services.register(staff.site.work(session, SYSTEM, staff.now), new(until)).id


def drill(staff: StaffSite, copy_id: int, outcome: Outcome = Outcome.SAME) -> int:
    with staff.database.write() as session:
        facts = services.DrillFacts(
            copy_id=copy_id,
            backup_sha256="ab" * 32,
            taken_at=staff.now - timedelta(minutes=90),
            outcome=outcome,
            households=7,
            children=12,
            yen=360_000,
            rows_opened=40,
            restored_in=timedelta(seconds=4.5),
        )
        return services.record_drill(staff.site.work(session, SYSTEM, staff.now), facts).id


def test_a_copy_is_entered_shown_and_destroyed_by_name(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    officer.open("/copies")
    until = (jst_date(staff.now) + timedelta(days=10)).isoformat()
    form = {
        "kind": "bucket_version",
        "place": "保管サービス",
        "owner": "情報課長",
        "purpose": "版の保存",
        "until": until,
        "form_key": "1",
    }
    page = officer.send("/copies/add", form).text
    assert "情報課長" in page
    assert f"{until} まで" in page
    assert "どのように廃棄したか" in officer.send("/copies/1/destroyed", {"form_key": "2"}).text
    done = officer.send("/copies/1/destroyed", {"how-1": "版を消した", "form_key": "3"}).text
    assert "廃棄を記録しました" in done
    assert "職員 officer1" in done
    assert "いまある写し" in done
    with staff.database.read() as session:
        assert queries.kept_copies(session) == []


def test_an_overdue_copy_is_red_everywhere(staff: StaffSite) -> None:
    number = register(staff, jst_date(staff.now))
    officer = staff.enter_as(Role.OFFICER)
    assert "期限を過ぎたデータの写しはありません" in officer.open("/system").text
    assert "廃棄の期限を過ぎた" not in officer.open("/").text
    staff.clock.advance(days=1)
    officer = staff.enter_as(Role.OFFICER)
    assert "廃棄の期限を過ぎたデータの写しが1件あります" in officer.open("/").text
    assert f"写し {number}（バックアップ、情報課）の廃棄の期限" in officer.open("/system").text
    assert "を過ぎています" in officer.open("/copies").text


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"owner": " "}, "owner"), ({"purpose": ""}, "purpose"), ({"place": "x" * 301}, "place")],
)
def test_a_copy_needs_an_owner_a_purpose_and_a_place(
    sqlite_staff: StaffSite, changes: dict[str, str], code: str
) -> None:
    with sqlite_staff.database.write() as session:
        work = sqlite_staff.site.work(session, SYSTEM, sqlite_staff.now)
        with pytest.raises(InputError) as refused:
            services.register(work, new(jst_date(work.now), **changes))
    assert refused.value.code == code


def test_no_copy_outlives_the_contract(sqlite_staff: StaffSite) -> None:
    last = sqlite_staff.site.program.contract.last_day
    register(sqlite_staff, last)
    for day in (last + timedelta(days=1), jst_date(sqlite_staff.now) - timedelta(days=1)):
        with pytest.raises(InputError, match="期限"):
            register(sqlite_staff, day)


def test_a_copy_is_destroyed_once(sqlite_staff: StaffSite) -> None:
    number = register(sqlite_staff, jst_date(sqlite_staff.now))
    for refused in (False, True):
        with sqlite_staff.database.write() as session:
            work = sqlite_staff.site.work(session, SYSTEM, sqlite_staff.now)
            if refused:
                with pytest.raises(WrongStateError):
                    services.removed_by_program(work, number)
            else:
                services.removed_by_program(work, number)
    with sqlite_staff.database.read() as session:
        assert session.get_one(DataCopy, number).destroyed_by is None


def test_a_drill_is_on_the_page_in_the_check_and_on_one_page_for_the_ward(
    staff: StaffSite,
) -> None:
    number = drill(staff, register(staff, jst_date(staff.now)))
    auditor = staff.enter_as(Role.AUDITOR)
    shown = auditor.open("/copies").text
    assert "360,000円" in shown
    assert "同じでした" in shown
    pdf = auditor.get(f"/copies/drills/{number}")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert auditor.get("/copies/drills/999").status_code == 404
    system = staff.enter_as(Role.OFFICER).open("/system").text
    assert "こども12人と360,000円が同じでした（戻すまで4.5秒、失う記録は最大90分）" in system


def test_a_drill_that_failed_is_an_error_of_the_check(sqlite_staff: StaffSite) -> None:
    drill(sqlite_staff, register(sqlite_staff, jst_date(sqlite_staff.now)), Outcome.FAILED)
    system = sqlite_staff.enter_as(Role.OFFICER).open("/system").text
    assert "復元できませんでした" in system
    assert "異常があります" in system


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_the_call_center_sees_no_copies(sqlite_staff: StaffSite, role: Role) -> None:
    visitor = sqlite_staff.enter_as(role)
    assert visitor.get("/copies").status_code == 403
    assert visitor.get("/copies/drills/1").status_code == 403


def test_an_auditor_reads_and_confirms_nothing(sqlite_staff: StaffSite) -> None:
    number = register(sqlite_staff, jst_date(sqlite_staff.now))
    auditor = sqlite_staff.enter_as(Role.AUDITOR)
    assert "廃棄したことを確認する" not in auditor.open("/copies").text
    done = auditor.post(f"/copies/{number}/destroyed", {f"how-{number}": "x", "form_key": "1"})
    assert done.status_code == 403
