"""The list of shops is loaded on the page of daily work, by who keeps what changes hands."""

from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.people.shops.models import ShopList
from tests.support.oversight.daily import Desk
from tests.support.shops import OONO, SEKIYA, SHOPS, shop_file
from tests.support.staff import StaffSite


@pytest.fixture
def desk(sqlite_staff: StaffSite, tmp_path: Path) -> Desk:
    return Desk(sqlite_staff, tmp_path)


def loaded(desk: Desk) -> list[ShopList]:
    with desk.staff.database.read() as session:
        rows = list(session.scalars(select(ShopList).order_by(ShopList.id)))
        session.expunge_all()
        return rows


def test_a_list_is_loaded_in_the_name_of_who_began_it(desk: Desk) -> None:
    key = desk.done("shops-load", shop_file().data)
    (row,) = loaded(desk)
    assert row.loaded_by == desk.task(key).asked_by is not None
    assert "店を3件読み込みました。2023-" in desk.page(key)
    assert desk.files() == ["shredded"]


def test_refused_lines_stand_on_the_page_with_number_and_reason(desk: Desk) -> None:
    key = desk.done("shops-load", shop_file([SEKIYA, OONO, SEKIYA]).data)
    page = desk.page(key)
    assert "受け入れなかった行が1あります" in page
    assert "4行目: 2行目と同じ店です。" in page


def test_a_list_for_a_later_day_waits(desk: Desk) -> None:
    desk.done("shops-load", shop_file().data, valid_from="2023-12-01")
    assert [str(one.valid_from) for one in loaded(desk)] == ["2023-12-01"]


def test_a_day_that_passed_while_the_work_waited_is_the_day_of_loading(desk: Desk) -> None:
    today = str(desk.staff.now.date())
    desk.begin("shops-load", shop_file().data, valid_from=today)
    desk.staff.clock.advance(days=3)
    desk.work()
    assert [str(one.valid_from) > today for one in loaded(desk)] == [True]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"valid_from": "2001-01-01"}, "きょうか、それよりあと"),
        ({"valid_from": "tomorrow"}, "日付を、2023-07-03 のように"),
    ],
)
def test_a_day_that_cannot_be_is_refused_before_anything_is_begun(
    desk: Desk, typed: dict[str, str], words: str
) -> None:
    answer = desk.post("shops-load", shop_file().data, **typed)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert desk.kinds() == []
    assert "ファイルを選んでください" in desk.post("shops-load").text


def test_a_file_that_is_no_list_is_refused_with_its_reason(desk: Desk) -> None:
    key = desk.begin("shops-load", shop_file([]).data)
    desk.work()
    assert desk.task(key).state == "refused"
    assert "受け入れられない行のほうが多い" in desk.page(key)
    assert loaded(desk) == []


def test_an_agent_has_no_such_page(desk: Desk) -> None:
    agent = desk.staff.enter_as(Role.AGENT)
    assert agent.get("/jobs/new/shops-load").status_code == 403
    files = {"file": ("shops.csv", shop_file(SHOPS).data)}
    answer = agent.post("/jobs/new/shops-load/begin", desk.form(), files=files)
    assert answer.status_code == 403
    assert desk.kinds() == []
