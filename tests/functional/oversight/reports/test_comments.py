"""Comments on a report before it is handed in: by both sides, settled by the side that began."""

import re
from datetime import date, timedelta
from itertools import product

import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.oversight.reports.mail.delivery import KIND
from portal.domain.oversight.reports.monthly import services as monthly
from portal.domain.oversight.reports.monthly.commenting import comment, settle
from portal.domain.oversight.reports.monthly.comments import Thread, threads
from portal.domain.oversight.reports.monthly.due import DELIVERY, ReportKey
from portal.domain.oversight.reports.monthly.states import COMMENT
from portal.domain.oversight.reports.monthly.versions import month_report
from tests.functional.oversight.reports.test_delivery import JULY, LATER
from tests.functional.requests.redeliveries.conftest import post, sqlite_post
from tests.functional.requests.redeliveries.support import PROGRAM, Post
from tests.support.staff import StaffSite
from tests.support.work import work_in

__all__ = ["post", "sqlite_post"]
REPORT = ReportKey(DELIVERY, JULY)
HERE = "/delivery-report/2023-07"


def say(
    post: Post, actor: Actor, text: str = "この数の理由は何ですか。", to: int | None = None
) -> int:
    with post.database.write() as session:
        return comment(work_in(session, actor, LATER, program=PROGRAM), REPORT, text, to).id


def end(post: Post, actor: Actor, key: int, report: ReportKey = REPORT) -> None:
    with post.database.write() as session:
        settle(work_in(session, actor, LATER, program=PROGRAM), report, key)


def read(post: Post, actor: Actor) -> list[Thread]:
    with post.database.read() as session:
        work = work_in(session, actor, LATER, program=PROGRAM)
        return list(threads(work, month_report(session, REPORT)))


def check(post: Post, actor: Actor) -> int:
    with post.database.write() as session:
        return monthly.check(work_in(session, actor, LATER, program=PROGRAM), KIND, JULY).number


def submit(post: Post, actor: Actor, number: int) -> None:
    with post.database.write() as session:
        monthly.submit(work_in(session, actor, LATER + timedelta(hours=1)), REPORT, number)


def test_a_report_with_an_open_comment_is_not_handed_in(post: Post) -> None:
    key = say(post, post.ward)
    say(post, post.officer, "郵便局の休みの日です。", key)
    number = check(post, post.officer)
    with pytest.raises(ConflictError) as refused:
        submit(post, post.colleague, number)
    assert refused.value.code == "open_comments"
    end(post, post.ward, key)
    submit(post, post.colleague, number)
    (thread,) = read(post, post.officer)
    assert (thread.is_open, thread.mine) == (False, False)
    assert [one.text for one in (thread.first, *thread.answers)] == [
        "この数の理由は何ですか。",
        "郵便局の休みの日です。",
    ]
    assert [thread.first.organization, thread.answers[0].organization] == ["ward", "contractor"]
    with pytest.raises(ConflictError):
        say(post, post.ward)
    with pytest.raises(ConflictError):
        end(post, post.ward, key)


def test_only_the_side_that_began_a_comment_settles_it(post: Post) -> None:
    key = say(post, post.ward)
    for other in (post.officer, post.colleague):
        with pytest.raises(NotAllowedError) as refused:
            end(post, other, key)
        assert refused.value.code == "other_side"
    another = Actor(Role.WARD_OFFICER, post.ward.id, Organization.WARD)
    end(post, another, key)
    with pytest.raises(WrongStateError):
        end(post, post.ward, key)
    with pytest.raises(ConflictError):
        say(post, post.officer, "遅い答え", key)


def test_answers_are_of_comments_of_their_own_report(sqlite_post: Post) -> None:
    key = say(sqlite_post, sqlite_post.ward)
    answer = say(sqlite_post, sqlite_post.officer, "答え", key)
    for wrong in (answer, 999):
        with pytest.raises(NotFoundError):
            say(sqlite_post, sqlite_post.officer, "答え", wrong)
        with pytest.raises(NotFoundError):
            end(sqlite_post, sqlite_post.officer, wrong)
    with pytest.raises(NotFoundError):
        end(sqlite_post, sqlite_post.ward, key, ReportKey(DELIVERY, date(2023, 8, 1)))


@pytest.mark.parametrize(
    "text", ["", "  ", "あ" * 401, "佐藤様の件です。", "090-1234-5678に電話。"]
)
def test_a_comment_says_something_and_names_nobody(sqlite_post: Post, text: str) -> None:
    with pytest.raises(InputError):
        say(sqlite_post, sqlite_post.ward, text)
    assert read(sqlite_post, sqlite_post.ward) == []


def test_nobody_without_an_account_comments(sqlite_post: Post) -> None:
    key = say(sqlite_post, sqlite_post.ward)
    nobody = Actor(Role.WARD_OFFICER, None, Organization.WARD)
    for act in (lambda: say(sqlite_post, nobody), lambda: end(sqlite_post, nobody, key)):
        with pytest.raises(DomainError):
            act()


def test_a_comment_is_settled_once_from_open_alone() -> None:
    possible = {
        (state, action)
        for state, action in product(COMMENT.states, COMMENT.steps)
        if COMMENT.can(state, action)
    }
    assert possible == {("open", "settle")}


def test_both_sides_talk_on_the_page_of_the_draft(sqlite_staff: StaffSite) -> None:
    sqlite_staff.clock.instant = LATER
    ward, officer = (sqlite_staff.enter_as(r) for r in (Role.WARD_OFFICER, Role.OFFICER))
    page = ward.open(HERE).text
    assert "コメントはありません。" in page
    assert "本人から請求があれば、開示することがあります。" in page
    ward.send(f"{HERE}/comments", {"comment": "差し出しの数を確かめてください。"})
    page = officer.open(HERE).text
    assert "差し出しの数を確かめてください。" in page
    assert "終わりにするのは、コメントを書いた側です。" in page
    found = re.search(rf'action="{HERE}/comments/(\d+)"', page)
    assert found
    place = f"{HERE}/comments/{found[1]}"
    officer.send(place, {f"answer-{found[1]}": "確かめました。"})
    refused = officer.post(f"{place}/settle", {"form_key": "mine"})
    assert refused.status_code >= 400
    assert "書いた側の人だけです" in refused.text
    page = ward.open(HERE).text
    assert "確かめました。" in page
    assert f'action="{place}/settle"' in page
    ward.send(f"{place}/settle", {})
    assert f'action="{place}/settle"' not in ward.open(HERE).text
    assert [event.detail["comment"] for event in sqlite_staff.events("report.comment_settled")] == [
        int(found[1])
    ]
    empty = ward.post(f"{HERE}/comments", {"form_key": "empty", "comment": ""})
    assert empty.status_code >= 400
    assert "コメントを書いてください。" in empty.text
