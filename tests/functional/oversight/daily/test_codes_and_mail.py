"""Codes and files of the post are taken in from pages, as the commands do it."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.jobs import begun
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.tracking.models import TrackingFile
from portal.domain.people.coupons.batch_file import Expected, Order, Terms, read_batch
from portal.domain.people.coupons.issuer_file import issuer_in_use
from portal.domain.people.coupons.loader import load_batch
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import state_counts
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.protection import ProtectionSource, record_protection
from tests.functional.requests.redeliveries.support import make_post
from tests.support.coupons import sandbox_file
from tests.support.oversight.daily import Desk
from tests.support.staff import StaffSite
from tests.support.work import work_in

ORDER = {"profile": "sandbox", "order": "order-1"}
HEADER = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"


@pytest.fixture
def desk(staff: StaffSite, tmp_path: Path) -> Desk:
    return Desk(staff, tmp_path)


def codes(desk: Desk, count: int = 6, seed: int = 1) -> bytes:
    return sandbox_file(desk.folder, count, seed).read_bytes()


def states(desk: Desk) -> dict[str, int]:
    with desk.staff.database.read() as session:
        return {state: count for state, count in state_counts(session).items() if count}


def batches(desk: Desk) -> int:
    return desk.staff.count(CouponBatch)


def know_of_protection(desk: Desk) -> None:
    with desk.staff.database.write() as session:
        record_protection(work_in(session, now=desk.staff.now), ProtectionSource.EXTRACT)


def test_a_file_of_codes_is_loaded_whole_and_assigned_to_every_child(desk: Desk) -> None:
    for _family in range(2):
        desk.staff.add_household(active=True)
    with desk.staff.database.read() as session:
        children = session.scalar(select(func.count()).select_from(Entitlement))
    key = desk.done("codes-load", codes(desk), **ORDER)
    assert "コードを6件、合計180,000円分読み込みました" in desk.page(key)
    assert states(desk) == {"stock": 6}
    assert desk.files() == ["shredded"]
    know_of_protection(desk)
    key = desk.done("codes-assign", reserve="1")
    assert states(desk) == {"stock": 6 - (children or 0), "assigned": children}
    assert f"クーポンを{children}件" in desk.page(key)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (ORDER | {"order": " "}, "注文の番号を、60文字まで"),
        (ORDER | {"profile": "../../secret"}, "一覧から選んでください"),
        (ORDER | {"count": "six"}, "数字で入力してください"),
    ],
)
def test_an_order_that_cannot_be_is_refused_before_anything_is_begun(
    desk: Desk, typed: dict[str, str], words: str
) -> None:
    answer = desk.post("codes-load", codes(desk), **typed)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert desk.kinds() == []


def test_a_damaged_or_known_file_of_codes_is_refused_with_its_reason(desk: Desk) -> None:
    data = codes(desk)
    lines = data.splitlines(keepends=True)
    half = desk.begin("codes-load", b"".join(lines[:3]) + lines[3][:9], **ORDER)
    desk.work()
    assert desk.task(half).state == "refused"
    assert "4行目" in desk.page(half)
    assert batches(desk) == 0
    desk.done("codes-load", data, **ORDER)
    again = desk.begin("codes-load", data, **(ORDER | {"order": "order-2"}))
    desk.work()
    assert "もう読み込んであります" in desk.page(again)
    assert batches(desk) == 1


def test_a_batch_that_a_killed_worker_stored_is_done_and_not_refused(desk: Desk) -> None:
    key = desk.begin("codes-load", codes(desk), **ORDER)
    dead, source = Holder("dead"), desk.site.work_source()
    with source.writing() as work:
        assert begun.take(work, dead) is not None
    profile = issuer_in_use("sandbox", source.program.issuers_dir, (desk.site.settings.public_url,))
    ends = source.program.windows.exchange.ends_at
    expected = Expected(profile, Order("order-1"), Terms(30_000, ends))
    load_batch(source, read_batch(desk.folder / "codes-1.csv", expected))
    desk.staff.clock.instant += dead.lease
    assert desk.work() == 1
    assert desk.task(key).state == "done"
    assert batches(desk) == 1


def test_codes_are_not_assigned_before_it_is_known_who_is_protected(desk: Desk) -> None:
    desk.staff.add_household(active=True)
    desk.done("codes-load", codes(desk), **ORDER)
    key = desk.begin("codes-assign", reserve="0")
    desk.work()
    assert "支援措置の情報がまだ読み込まれていない" in desk.page(key)
    assert states(desk) == {"stock": 6}
    answer = desk.post("codes-assign", reserve="many")
    assert (answer.status_code, "200 か 1.5%" in answer.text) == (422, True)


def test_codes_left_over_are_listed_without_a_code_and_fetched_on_record(desk: Desk) -> None:
    data = codes(desk)
    desk.done("codes-load", data, **ORDER)
    key = desk.done("left-over-codes")
    desk.officer.open(f"/jobs/{key}")
    got = desk.officer.post(f"/jobs/{key}/file", desk.form())
    rows = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"))))
    assert rows[0] == ["注文", "管理番号", "額面（円）"]
    assert [(row[0], row[2]) for row in rows[1:]] == [("order-1", "30000")] * 6
    assert len(desk.staff.events("coupon.left_over_listed")) == 1
    assert len(desk.staff.events("begun_task.fetched")) == 1
    with desk.staff.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Coupon)) == 6
    assert desk.staff.enter_as(Role.AGENT).post(f"/jobs/{key}/file").status_code == 403


def test_a_file_of_the_post_moves_the_mail_once(desk: Desk) -> None:
    make_post(desk.staff.database).household()
    with desk.staff.database.read() as session:
        number = session.scalars(select(Shipment)).one().tracking_no
    row = f"{number},2023/07/12 10:00,ご不在のため持ち戻り,,みなも局"
    data = f"{HEADER}\r\n{row}\r\n".encode("cp932")
    key = desk.done("tracking-file", data)
    assert "1行のうち新しい記録1件、状態が変わった郵便1通" in desk.page(key)
    assert desk.staff.count(Shipment, state="at_post_office") == 1
    again = desk.done("tracking-file", data)
    assert "もう取り込んであります" in desk.page(again)
    assert desk.staff.count(TrackingFile) == 1
    key = desk.begin("tracking-file", data[:40])
    desk.work()
    assert desk.task(key).state == "refused"


def test_who_holds_a_permission_sees_and_begins_what_goes_with_it(desk: Desk) -> None:
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    page = ward.open("/jobs").text
    assert "発行者のコードを読み込む" in page
    assert "手紙を作る</a>" not in page
    assert ward.get("/jobs/new/letters-build").status_code == 403
    key = desk.begin("cards-print")
    assert "はがきと決定の通知を作る" in desk.page(key, ward)
    for reader in (ward, desk.staff.enter_as(Role.OFFICER)):  # the list says who began it
        assert "<td>職員 " in reader.open("/jobs").text
    assert ward.post(f"/jobs/{key}/cancel", desk.form()).status_code == 403
    assert desk.task(key).state == "waiting"
    desk.officer.open("/jobs")
    desk.officer.post(f"/jobs/{key}/cancel", desk.form())
    assert desk.task(key).state == "canceled"


def test_what_failed_says_so_and_is_tried_again_by_whoever_may_begin_it(desk: Desk) -> None:
    key, source = desk.begin("cards-print"), desk.site.work_source()
    with source.writing() as work:
        task = begun.take(work, Holder("other"))
        assert task is not None
        begun.fail(work, task, "OSError")
    page = desk.page(key)
    assert "失敗しました（OSError）" in page
    assert "2回行われることはありません" in page
    ward = desk.staff.enter_as(Role.WARD_OFFICER)
    assert "もう一度試す</button>" not in desk.page(key, ward)
    assert ward.post(f"/jobs/{key}/again", desk.form()).status_code == 403
    desk.officer.open(f"/jobs/{key}")
    for _press in range(2):
        assert desk.officer.post(f"/jobs/{key}/again", desk.form()).status_code == 303
    assert desk.task(key).state == "waiting"
    with source.writing() as work:
        assert begun.take(work, Holder("other")) is not None
    said = desk.officer.send(f"/jobs/{key}/cancel", desk.form()).text
    assert "いまは、できませんでした" in said
    assert desk.task(key).state == "running"
