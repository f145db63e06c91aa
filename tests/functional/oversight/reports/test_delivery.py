"""The delivery report of a month against a count by hand, its states, versions and pages."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.cli.oversight.report import report
from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments import services as mail
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest
from portal.domain.oversight.reports.mail.delivery import build
from portal.domain.oversight.reports.mail.delivery_figures import Sent, count_month
from portal.domain.oversight.reports.monthly.due import (
    DELIVERY,
    ReportKey,
    Stage,
    due_day,
    due_reports,
    months,
)
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportVersion
from tests.functional.oversight.settlement.test_cli import Desk as CommandDesk
from tests.functional.requests.redeliveries.conftest import post, sqlite_post
from tests.functional.requests.redeliveries.support import (
    NOW,
    PROGRAM,
    Post,
    handed_over,
    tracking_no,
)
from tests.support.oversight.settlement import Ending
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["post", "sqlite_post"]
HEADER = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"
ABSENT, BACK, ARRIVED = "ご不在のため持ち戻り", "差出人に返送", "お届け済み"
JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
LATER = datetime(2023, 9, 5, 3, 0, tzinfo=UTC)


def sent(post: Post, day: date, mail_class: str = "simple_registered", *, attempt: int = 0) -> int:
    """A letter of two children posted on a day; returns its shipment."""
    person = post.household(letter=False)
    with post.database.write() as session:
        letter = handed_over(session, person)
        row = mail.plan_letter(work_in(session, now=NOW), letter)
        row.attempt = attempt
        mail.post(
            work_in(session, now=LATER, program=PROGRAM),
            row.id,
            mail.Posting(day, mail_class, tracking_no(row.id)),
        )
        return row.id


def done(post: Post, action: str, key: int, *args: object) -> None:
    with post.database.write() as session:
        getattr(mail, action)(work_in(session, now=LATER), key, *args)


def told(post: Post, *events: tuple[int, str, str]) -> None:
    """The post's file: shipment, day as ISO date, word."""
    lines = [f"{tracking_no(key)},{day.replace('-', '/')},{word},," for key, day, word in events]
    with post.database.write() as session:
        feed = CsvFeed("\r\n".join((HEADER, *lines, "")).encode())
        ingest(work_in(session, post.officer, LATER, program=PROGRAM), feed)


def a_summer(post: Post) -> None:
    first = [sent(post, date(2023, 7, 10)) for _place in range(4)]
    recorded = sent(post, date(2023, 7, 31), "recorded")
    again = sent(post, date(2023, 8, 1), attempt=1)
    done(post, "deliver", first[0], date(2023, 7, 12))
    done(post, "deliver", first[1], date(2023, 7, 31))
    told(post, (first[2], "2023-07-12", ABSENT), (first[3], "2023-07-12", ABSENT))
    done(post, "deliver", first[2], date(2023, 8, 2))
    done(post, "come_back", first[3], mail.MailReturn("storage_ended", date(2023, 7, 25)))
    done(post, "deliver", recorded, date(2023, 8, 1))
    done(post, "deliver", again, date(2023, 8, 3))


def test_every_figure_is_what_a_count_by_hand_gives(post: Post) -> None:
    a_summer(post)
    with post.database.read() as session:
        july, august = count_month(session, JULY), count_month(session, AUGUST)
    two = Sent(1, 2, 60_000)
    assert dict(july.posted) == {
        (date(2023, 7, 10), "simple_registered", 0): Sent(4, 8, 240_000),
        (date(2023, 7, 31), "recorded", 0): two,
    }
    assert dict(july.delivered) == {
        (date(2023, 7, 12), "simple_registered", 0): two,
        (date(2023, 7, 31), "simple_registered", 0): two,
    }
    assert july.absent == Sent(2, 4, 120_000)
    assert dict(july.returned) == {"storage_ended": two}
    # not delivered on 31 July: one at the post office, one back, one posted that day
    assert sum(one.items for one in july.undelivered.values()) == 3
    assert dict(august.delivered) == {
        (date(2023, 8, 1), "recorded", 0): two,
        (date(2023, 8, 2), "simple_registered", 0): two,
        (date(2023, 8, 3), "simple_registered", 1): two,
    }
    assert dict(august.sent_again) == {1: two, 2: Sent(), 3: Sent()}
    assert dict(august.undelivered) == {"storage_ended": two}


def test_all_letters_posted_are_delivered_returned_or_undelivered(post: Post) -> None:
    a_summer(post)
    with post.database.read() as session:
        months_ = [count_month(session, month) for month in (JULY, AUGUST)]
        letters = session.scalars(select(Letter)).all()
    posted = sum(one.items for month in months_ for one in month.posted.values())
    delivered = sum(one.items for month in months_ for one in month.delivered.values())
    assert posted == len(letters)
    assert posted == delivered + sum(one.items for one in months_[-1].undelivered.values())


def test_the_tables_say_what_was_counted(post: Post) -> None:
    a_summer(post)
    with post.database.read() as session:
        tables = {
            t.title: t
            for t in build(work_in(session, now=LATER, program=PROGRAM), JULY).report.tables
        }
    assert tables["配達完了（日・種類・回数別）"].rows[0] == (
        "2023-07-12",
        "簡易書留",
        "最初",
        1,
        2,
        60_000,
    )
    assert tables["配達完了（日・種類・回数別）"].total == ("合計", "", "", 2, 4, 120_000)
    assert tables["戻った手紙（理由別）"].rows == [("保管期間経過", 1, 2, 60_000)]
    postage = tables["郵便の通数と郵便料（種類別）"]
    assert [row[:5] for row in postage.rows[:3]] == [
        ("簡易書留", 4, 0, 0, 0),
        ("一般書留", 0, 0, 0, 0),
        ("特定記録", 1, 0, 0, 0),
    ]
    assert [row[0] for row in tables["総括"].rows] == [
        "差し出した手紙",
        "配達完了",
        "不在で持ち戻り",
        "戻った手紙",
        "月末の不着",
    ]


def test_it_is_due_on_the_10th_or_the_business_day_before_and_people_are_warned(
    sqlite_post: Post,
) -> None:
    assert due_day(PROGRAM, ReportKey(DELIVERY, date(2023, 8, 1))) == date(
        2023, 9, 8
    )  # the 10th is a Sunday
    assert months(PROGRAM, date(2023, 9, 1), DELIVERY)[:2] == [date(2023, 9, 1), date(2023, 8, 1)]
    for day, stage in ((6, Stage.COMING), (7, Stage.SOON), (8, Stage.SOON), (9, Stage.OVERDUE)):
        at = datetime(2023, 9, day, 3, tzinfo=UTC)
        with sqlite_post.database.read() as session:
            found = {
                one.month: one.stage
                for one in due_reports(work_in(session, now=at, program=PROGRAM), DELIVERY)
            }
        assert found[date(2023, 8, 1)] is stage


def test_from_draft_to_a_submitted_version_that_never_changes(sqlite_staff: StaffSite) -> None:
    sqlite_staff.clock.instant = LATER
    first, second = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.enter_as(Role.WARD_OFFICER)
    here = "/delivery-report/2023-08"
    assert "まだ提出していない報告書" in first.open("/delivery-report").text
    first.send(f"{here}/texts", {"form_key": "t", "accidents": "事故はありません。"})
    first.send(f"{here}/check", {"form_key": "c"})
    own = first.post(f"{here}/submit", {"form_key": "s", "number": "1"})
    assert own.status_code == 422
    assert "ほかの人が提出してください" in own.text
    assert (
        first.post(f"{here}/texts", {"form_key": "u", "accidents": "あとから"}).status_code == 422
    )
    second.send(f"{here}/submit", {"form_key": "s", "number": "1"})
    assert sqlite_staff.count(MonthlyReport, state="submitted", kind="delivery") == 1
    with sqlite_staff.database.read() as session:
        before = session.scalars(select(ReportVersion.sha256)).one()
    page = second.open(f"{here}/versions/1").text
    assert "事故はありません。" in page
    for ending, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert first.post(f"{here}/versions/1/{ending}", {"form_key": ending}).content.startswith(
            start
        )
    first.send(f"{here}/revise", {"form_key": "r"})
    first.send(f"{here}/check", {"form_key": "c2"})
    with sqlite_staff.database.read() as session:
        kept = session.scalars(select(ReportVersion).order_by(ReportVersion.number)).all()
        assert [row.number for row in kept] == [1, 2]
        assert kept[0].sha256 == before


@pytest.mark.parametrize("path", ["2023-01", "2024-13", "x", "2023-09"])
def test_a_month_without_report_or_not_over(sqlite_staff: StaffSite, path: str) -> None:
    sqlite_staff.clock.instant = LATER
    officer = sqlite_staff.enter_as(Role.OFFICER)
    answer = officer.post(f"/delivery-report/{path}/check", {"form_key": "c"})
    assert answer.status_code == (422 if path == "2023-09" else 404)


def test_a_name_in_the_typed_text_is_refused(sqlite_staff: StaffSite) -> None:
    sqlite_staff.clock.instant = LATER
    answer = sqlite_staff.enter_as(Role.OFFICER).post(
        "/delivery-report/2023-08/texts", {"form_key": "t", "accidents": "電話 090-1234-5678 の方"}
    )
    assert answer.status_code == 422
    assert 'href="#accidents"' in answer.text


def test_the_auditor_sees_what_was_submitted_alone(sqlite_staff: StaffSite) -> None:
    sqlite_staff.clock.instant = LATER
    auditor = sqlite_staff.enter_as(Role.AUDITOR)
    assert "まだ提出されていません" in auditor.open("/delivery-report/2023-08").text
    assert auditor.post("/delivery-report/2023-08/check", {"form_key": "c"}).status_code == 403


def test_the_command_writes_the_same(post: Post, tmp_path: Path) -> None:
    a_summer(post)
    context = CommandDesk(Ending(post.database, tmp_path, PROGRAM, post.officer, post.ward))
    done_ = CliRunner().invoke(
        report, ["delivery", "2023-07", "--out", str(tmp_path / "o"), "--json", "-"], obj=context
    )
    assert done_.exit_code == 0, done_.output
    assert json.loads(done_.stdout)["state"] == "draft"
    assert (tmp_path / "o" / "delivery-2023-07-draft.pdf").read_bytes().startswith(b"%PDF")
    wrong = CliRunner().invoke(report, ["delivery", "2023-7"], obj=context)
    assert wrong.exit_code == 1


def test_days_of_the_posts_record_count_and_not_the_days_of_typing(post: Post) -> None:
    key = sent(post, date(2023, 7, 31))
    with post.database.write() as session:
        mail.deliver(work_in(session, now=LATER + timedelta(days=20)), key, date(2023, 7, 31))
        assert session.get_one(Shipment, key).delivered_on == date(2023, 7, 31)
    with post.database.read() as session:
        assert sum(one.items for one in count_month(session, JULY).delivered.values()) == 1
