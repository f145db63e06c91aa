"""Eight at once on PostgreSQL: one request, one decision, and a plain word for everybody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.domain.foundation.errors import DomainError
from portal.platform.database import Database
from tests.functional.requests.redeliveries.support import Post, make_post

AT_ONCE = 8


@pytest.fixture
def post(postgres_database: Database) -> Post:
    return make_post(postgres_database)


def all_at_once(*work: Callable[[], object]) -> list[str]:
    """What each of them met: "" or the code of its refusal; anything else fails the test."""

    def one(act: Callable[[], object]) -> str:
        try:
            act()
        except DomainError as error:
            return error.code if error.message else "refused without a word"
        return ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, work))


def test_pressed_eight_times_at_once_it_is_one_request(post: Post) -> None:
    person = post.household()
    found = all_at_once(*[lambda: post.ask(person)] * AT_ONCE)
    assert sorted(found) == ["", *["asked"] * (AT_ONCE - 1)]


def test_the_same_form_eight_times_at_once_has_one_receipt(post: Post) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = list(pool.map(lambda _at: post.ask_outside(form_key="the same"), range(AT_ONCE)))
    assert len({row.receipt_no for row in rows}) == 1


def test_taken_back_while_it_is_decided_leaves_no_letter_without_a_request(post: Post) -> None:
    for _round in range(6):
        person = post.household()
        row = post.ask(person)
        all_at_once(
            lambda row=row: post.decide(row),  # type: ignore[misc]
            lambda row=row, person=person: post.withdraw(row, person),  # type: ignore[misc]
            lambda row=row: post.decide(row, "refuse", actor=post.colleague, reason="other"),  # type: ignore[misc]
        )
        state, request, _result = post.state(row)
        orders = [order for _reason, order in post.orders(person)]
        assert (state, request, "open" in orders) in {
            ("approved", "in_progress", True),
            ("withdrawn", "closed", False),
            ("refused", "closed", False),
        }
