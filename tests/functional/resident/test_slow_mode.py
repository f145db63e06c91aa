"""Many failed sign-ins on the whole site: strangers wait ten seconds, known devices never (T5)."""

import re
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from portal.domain.people.authn import site_failures
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.models import AuthSession, ThrottleBucket
from portal.domain.people.authn.sessions import RESIDENT, Stage
from portal.domain.people.signin import slow_mode
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from tests.functional.resident.test_throttles import WRONG, guess, known
from tests.support.databases.statements import counted_statements
from tests.support.login_ids import plain_login_id
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

SECOND = timedelta(seconds=1)


def fail(resident: Resident, times: int) -> None:
    """So many sign-ins are refused somewhere on the site.

    All are counted; those that may begin an alarm, and the last, also look whether they do.
    """
    begin = {most + 1 for most, _each, _alarm in slow_mode.LEVELS}
    with resident.database.write() as session:
        counted = site_failures.failures(session, resident.now)
        for number in range(counted + 1, counted + times + 1):
            if number in begin or number == counted + times:
                slow_mode.note_failure(work_in(session, now=resident.now))
            else:
                site_failures.count_failure(session, resident.now)


def strangers(resident: Resident) -> Iterator[Visitor]:
    """Browsers that were never here, each in a network of its own."""
    return (resident.visitor(f"198.51.{number}.1") for number in range(200))


def attempt(visitor: Visitor, login_id: str, password: str = WRONG) -> str:
    """Try a password; return where that leads, or the status."""
    visitor.open("/signin")
    answer = visitor.post("/signin/submit", {"login_id": login_id, "password": password})
    return str(answer.headers.get("location", answer.status_code))


def test_more_than_300_failures_in_five_minutes_make_strangers_wait(resident: Resident) -> None:
    person = resident.add(active=True)
    who = strangers(resident)
    fail(resident, 299)
    assert attempt(next(who), plain_login_id()) == "422", "the 300th failure"
    assert attempt(next(who), person.login_id, person.password) == "/signin/code"
    assert attempt(next(who), plain_login_id()) == "422", "the 301st, which begins it"
    stranger = next(who)
    assert attempt(stranger, person.login_id, person.password) == "/signin/wait"
    page = stranger.get("/signin/wait")
    assert page.headers["refresh"] == "10; url=/signin/wait"
    assert "10秒ほど" in page.text
    assert person.password.replace(" ", "") not in page.text + stranger.cookie("signin_wait")
    assert stranger.send("/signin/wait/submit").url.path == "/signin/wait", "too early"
    resident.clock.advance(seconds=9)
    assert stranger.get("/signin/wait").headers["refresh"].startswith("1;")
    resident.clock.advance(seconds=1)
    assert "refresh" not in stranger.get("/signin/wait").headers
    assert stranger.send("/signin/wait/submit").url.path == "/signin/code"
    assert stranger.cookie("signin_wait") == ""


def get_in(resident: Resident, owners: Iterable[int]) -> None:
    """Families got past their password a minute ago."""
    with resident.database.write() as session:
        began = resident.now - timedelta(minutes=1)
        for owner in owners:
            session.add(
                AuthSession(
                    token_hash=secrets.token_bytes(32),
                    site=RESIDENT,
                    stage=Stage.CODE,
                    owner_id=owner,
                    created_at=began,
                    seen_at=began,
                    ends_at=began + timedelta(hours=1),
                )
            )


def test_the_slips_of_an_opening_day_slow_nobody(resident: Resident) -> None:
    """Three of ten families mistype once: with 17 a second that is 1,500 in five minutes."""
    get_in(resident, range(1_000, 1_700))
    fail(resident, 350)
    person = resident.add(active=True)
    assert attempt(next(strangers(resident)), person.login_id, person.password) == "/signin/code"
    assert resident.tasks() == {}
    fail(resident, 20)
    assert attempt(next(strangers(resident)), plain_login_id()) == "/signin/wait"
    assert set(resident.tasks()) == {"slow_mode"}


def test_one_letter_cannot_hide_an_attack_however_often_it_signs_in(resident: Resident) -> None:
    get_in(resident, [resident.add(active=True).credential_id] * 700)
    fail(resident, 301)
    assert attempt(next(strangers(resident)), plain_login_id()) == "/signin/wait"


def test_a_known_device_is_never_slowed_but_only_for_its_own_id(resident: Resident) -> None:
    person, other = resident.add(active=True), resident.add(active=True)
    owner = known(resident, person)
    fail(resident, 2_000)
    assert attempt(owner, other.login_id, other.password) == "/signin/wait"
    assert attempt(owner, person.login_id) == "422"
    assert attempt(owner, person.login_id, person.password) == "/signin/code"


def test_the_wait_tells_nobody_whether_an_id_exists(resident: Resident) -> None:
    people = [resident.add(active=True), resident.add(), resident.add(active=True, protected=True)]
    fail(resident, 301)
    seen = set()
    for login_id in (*(person.login_id for person in people), plain_login_id()):
        stranger = resident.visitor()
        place = attempt(stranger, login_id)
        page = stranger.get("/signin/wait")
        shape = len(stranger.cookie("signin_wait")), page.headers["refresh"]
        resident.clock.advance(seconds=10)
        done = stranger.post("/signin/wait/submit")
        refused = done.text.partition('id="error-summary"')[2].partition("</ul>")[0]
        typed = f'value="{login_id}"' in done.text
        seen.add((place, page.status_code, shape, done.status_code, refused, typed))
    assert len(seen) == 1, seen
    assert next(iter(seen))[3] == 422
    assert next(iter(seen))[5], "the ID need not be typed again"


def test_a_wait_is_good_for_one_try(resident: Resident) -> None:
    person = resident.add(active=True)
    fail(resident, 301)
    stranger, thief = resident.visitor(), resident.visitor("192.0.2.4")
    attempt(stranger, person.login_id, person.password)
    ticket = stranger.cookie("signin_wait")
    resident.clock.advance(seconds=10)
    assert stranger.send("/signin/wait/submit").url.path == "/signin/code"
    thief.open("/signin")
    thief.http.cookies.set("signin_wait", ticket, domain="127.0.0.1")
    assert thief.send("/signin/wait/submit").url.path == "/signin/wait"
    assert thief.cookie("signin_wait") != ticket, "the wait begins anew"


def test_a_wait_that_is_old_forged_or_absent_leads_to_the_form(resident: Resident) -> None:
    person = resident.add(active=True)
    fail(resident, 301)
    stranger = resident.visitor()
    attempt(stranger, person.login_id, person.password)
    sealed = stranger.cookie("signin_wait")
    for forged in (sealed[:-6] + "AAAAAA", "x", "é".encode().hex(), ""):
        stranger.http.cookies.delete("signin_wait")
        stranger.http.cookies.set("signin_wait", forged, domain="127.0.0.1")
        assert stranger.open("/signin/wait").url.path == "/signin"
        assert stranger.send("/signin/wait/submit").url.path == "/signin"
    stranger.http.cookies.set("signin_wait", sealed, domain="127.0.0.1")
    resident.clock.advance(minutes=5, seconds=11)
    assert stranger.send("/signin/wait/submit").url.path == "/signin"


def test_twenty_uses_of_one_wait_at_once_are_one_try(resident: Resident) -> None:
    vault, now = resident.site.vault, resident.now
    typed = TypedLogin(plain_login_id(), WRONG)
    ticket = slow_mode.read_ticket(vault, slow_mode.make_ticket(vault, typed, now), now)

    with resident.database.write() as session:
        assert not slow_mode.has_waited(work_in(session, now=now), ticket), "too early"

    def use(_turn: int) -> bool:
        with resident.database.write() as session:
            work = work_in(session, now=now + slow_mode.DELAY)
            return slow_mode.has_waited(work, ticket)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(20))) == 1


def test_staff_get_one_task_and_at_a_thousand_a_second_one(resident: Resident) -> None:
    fail(resident, 300)
    assert resident.tasks() == {}
    fail(resident, 700)
    assert set(resident.tasks()) == {"slow_mode"}
    fail(resident, 1)
    assert set(resident.tasks()) == {"slow_mode", "signin_flood"}


@pytest.mark.parametrize("kind", [TaskKind.SLOW_MODE, TaskKind.SIGNIN_FLOOD])
def test_the_task_says_what_to_do_and_names_no_household(
    sqlite_staff: StaffSite, kind: TaskKind
) -> None:
    with sqlite_staff.database.write() as session:
        for _time in range(1_001):
            slow_mode.note_failure(work_in(session, now=sqlite_staff.now))
    visitor = sqlite_staff.enter(sqlite_staff.hire())
    listed = visitor.open(f"/tasks?kind={kind}").text
    assert "サイト全体" in listed
    (number,) = re.findall(r'href="(/tasks/\d+)"', listed)
    page = visitor.open(number).text
    assert "管理者" in page
    assert "まだわからない" not in listed + page


def test_failures_at_the_same_instant_begin_it_once_and_none_is_lost(resident: Resident) -> None:
    fail(resident, 290)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _turn: fail(resident, 1), range(40)))
    with resident.database.read() as session:
        assert site_failures.failures(session, resident.now) == 330
    assert resident.count(Task, kind=TaskKind.SLOW_MODE) == 1
    assert resident.count(Task, kind=TaskKind.SIGNIN_FLOOD) == 0


def test_it_ends_by_itself_and_begins_again_without_a_second_task(resident: Resident) -> None:
    fail(resident, 301)
    resident.clock.advance(minutes=4, seconds=59)
    with resident.database.read() as session:
        assert site_failures.is_slow(session, resident.now)
        assert not site_failures.is_slow(session, resident.now + SECOND)
    resident.clock.advance(minutes=1)
    with resident.database.read() as session:
        assert site_failures.failures(session, resident.now) == 0
    fail(resident, 301)
    with resident.database.read() as session:
        assert site_failures.is_slow(session, resident.now)
    assert resident.count(Task, kind=TaskKind.SLOW_MODE) == 1


def test_failures_that_go_on_hold_it_without_writing_its_row_each_time(resident: Resident) -> None:
    fail(resident, 301)

    def held() -> tuple[int, object]:
        with resident.database.read() as session:
            row = session.get_one(ThrottleBucket, site_failures.SLOW_KEY)
            return row.total, row.blocked_until

    fail(resident, 50)
    assert held() == (1, resident.now + site_failures.WINDOW)
    resident.clock.advance(seconds=11)
    fail(resident, 50)
    assert held() == (2, resident.now + site_failures.WINDOW)


@pytest.mark.parametrize("attacked", [False, True])
def test_a_sign_in_asks_one_statement_more_however_many_failed(
    resident: Resident, attacked: bool
) -> None:
    person = resident.add(active=True)
    owner = known(resident, person)
    if attacked:
        fail(resident, 1_200)
    owner.open("/signin")
    with counted_statements(resident.database) as asked:
        assert guess(owner, person.login_id, person.password) == 303
    assert [text for text in asked if "throttle_bucket" in text and "sum(" in text] == []
    stranger = resident.visitor("192.0.2.66")
    stranger.open("/signin")
    with counted_statements(resident.database) as asked:
        guess(stranger, person.login_id)
    of_it = [text for text in asked if "throttle_bucket" in text]
    assert len(of_it) == (1 if attacked else 4), of_it
