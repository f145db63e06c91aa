"""While the index is made, and when it is lost, the search says so; all else goes on."""

import pytest

from admin.oversight.system_search import search_finding
from portal.domain.foundation.actors import Role
from portal.domain.people.households import finder as finding
from portal.domain.people.households.finder import Standing, State
from portal.platform.search_keeper import SearchKeeper
from tests.functional.desk.call_desk.support import agent
from tests.support.people import CANARY_NAME
from tests.support.programs.servers import until
from tests.support.staff import StaffSite

READYING = "検索の準備をしています（0%）"
LOST = "新しい変更を受け取れていないので"


@pytest.fixture
def unready(staff: StaffSite, monkeypatch: pytest.MonkeyPatch) -> StaffSite:
    """A staff site that has just started, of a ward too large to be indexed in a search."""
    monkeypatch.setattr(finding, "SMALL", 0)
    return staff


def test_officers_and_agents_are_told_and_numbers_still_find(unready: StaffSite) -> None:
    person = unready.add_household()
    officer = unready.enter_as(Role.OFFICER)
    officer.open("/households")
    refused = officer.post("/households/search", {"name": CANARY_NAME})
    assert refused.status_code == 503
    assert READYING in refused.text
    assert CANARY_NAME in refused.text  # what was typed is still there
    by_number = officer.send("/households/search", {"number": person.login_id})
    assert "1件見つかりました" in by_number.text
    one = agent(unready).begin()
    at_desk = one.visitor.post("/desk/search", {"name": CANARY_NAME, "form_key": one.key()})
    assert at_desk.status_code == 503
    assert READYING in at_desk.text
    assert unready.events("household.searched") != []


def test_a_refused_search_is_not_counted(unready: StaffSite) -> None:
    unready.add_household()
    one = agent(unready).begin()
    one.visitor.post("/desk/search", {"name": CANARY_NAME, "form_key": one.key()})
    assert unready.events("household.searched") == []


def test_the_keeper_makes_the_search_ready_and_keeps_it(unready: StaffSite) -> None:
    unready.add_household()
    keeper = SearchKeeper(unready.site, look_seconds=0.01)
    keeper.start()
    try:
        until(lambda: unready.site.finder.standing().state is State.READY)
        officer = unready.enter_as(Role.OFFICER)
        assert "1件見つかりました" in officer.send("/households/search", {"name": "鶉野"}).text
    finally:
        keeper.stop()


def test_a_search_that_lost_its_feed_refuses(
    unready: StaffSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    unready.add_household()
    finder = unready.site.finder
    finder.advance(unready.database.read)
    monkeypatch.setattr(finder, "kept", True)
    monkeypatch.setattr(finding, "LOST_SECONDS", -1.0)
    officer = unready.enter_as(Role.OFFICER)
    officer.open("/households")
    refused = officer.post("/households/search", {"name": CANARY_NAME})
    assert refused.status_code == 503
    assert LOST in refused.text
    page = unready.enter_as(Role.ADMINISTRATOR).open("/system").text
    assert "変更を受け取れていないので、止めています" in page


@pytest.mark.parametrize(
    ("state", "damaged", "words"),
    [
        (State.WAITING, 0, "最初にさがすときに準備します"),
        (State.BUILDING, 0, "準備をしています（50%）"),
        (State.READY, 0, "さがせます"),
        (State.READY, 3, "読めない世帯が3"),
        (State.LOST, 0, "止めています"),
    ],
)
def test_the_page_about_the_system_says_how_the_search_stands(
    state: State, damaged: int, words: str
) -> None:
    found = search_finding(Standing(state, 12, 5, 10, damaged))
    assert words in found.sentence
    assert "12" not in found.sentence, "protected families stand in the index too"
    assert bool(found.advice) == (state is State.LOST or damaged > 0)
