"""今日の速報: sums per state, pictures with words, and files."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.oversight.charts import HEIGHT, chart
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import jst_date
from portal.domain.letters.shipments.services import Absence
from portal.domain.oversight.reports.status.daily import (
    Series,
    daily,
    today_report,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change
from tests.functional.requests.redeliveries.conftest import post
from tests.functional.requests.redeliveries.support import NOW, PROGRAM, Post
from tests.functional.requests.redeliveries.support import POSTED as POSTED_ON
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["post"]


def test_days_are_japanese_and_each_letter_counts_on_its_day(post: Post) -> None:
    first, second = post.household(active=True), post.household()
    post.mail(first, "deliver", POSTED_ON + timedelta(days=2))
    post.mail(second, "absent", Absence(POSTED_ON + timedelta(days=2)))
    with post.database.read() as session:
        found = daily(session, NOW)
    assert found.days[-1] == jst_date(NOW)
    assert len(found.days) == 28
    by_day = {name: dict(zip(found.days, found.series[name], strict=True)) for name in found.series}
    assert by_day[Series.POSTED][POSTED_ON] == 2
    assert by_day[Series.DELIVERED][POSTED_ON + timedelta(days=2)] == 1
    assert by_day[Series.SIGNED_IN][jst_date(NOW)] == 1
    assert sum(found.series[Series.POSTED]) == 2


def test_the_sum_over_all_states_is_every_child(post: Post) -> None:
    post.household()
    with post.database.write() as session:
        change(
            work_in(session, now=NOW),
            session.scalars(select(Entitlement.id)).first() or 0,
            "decline",
        )
    with post.database.read() as session:
        states = today_report(work_in(session, now=NOW, program=PROGRAM)).tables[0]
    assert states.total == ("合計", 2, 60_000)
    assert sum(int(row[1]) for row in states.rows) == 2
    assert ("辞退", 1, 30_000) in states.rows


@pytest.mark.parametrize("counts", [[0, 0, 0], [1, 0, 1000], [5, 5, 5]])
def test_bars_stay_in_the_picture_and_no_day_with_a_letter_is_invisible(counts: list[int]) -> None:
    drawn = chart("手紙", ["7/1", "7/2", "7/3"], counts)
    for bar, count in zip(drawn.bars, counts, strict=True):
        assert 0 <= bar.y <= HEIGHT
        assert bar.y + bar.height == pytest.approx(HEIGHT)
        assert (bar.height > 0) == (count > 0)
    assert str(sum(counts)) in drawn.summary.replace(",", "")


def test_the_page_has_a_text_for_every_picture_and_the_table_beside_it(
    sqlite_staff: StaffSite,
) -> None:
    sqlite_staff.add_household()
    page = sqlite_staff.enter_as(Role.WARD_OFFICER).open("/today").text
    assert page.count('role="img" aria-label="') == 5
    assert "この4週間" in page
    desk = sqlite_staff.enter_as(Role.AUDITOR)
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert desk.post(f"/today/{kind}", {"form_key": kind}).content.startswith(start)
    assert sqlite_staff.enter_as(Role.AGENT).get("/today").status_code == 403
