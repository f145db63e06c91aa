"""A letter that the mail house has is not on its way: nobody says so, and no wait begins."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.domain.desk.call_desk.answer_words import Question, answers
from portal.domain.desk.call_desk.answers import look_up
from portal.domain.foundation.errors import ConflictError
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.queries import sent_on
from portal.domain.mailroom.printing.dispatch.entries import Posting
from portal.domain.mailroom.printing.dispatch.posting import post_run
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.letter_status import Bar
from tests.functional.requests.redeliveries.support import NOW, PROGRAM, Post, handed_over
from tests.support.people import Person
from tests.support.work import work_in

POSTED_ON = date(2023, 7, 31)


def with_mail_house(post: Post, *, counter: bool = False) -> tuple[Person, int]:
    """A household whose letter was handed over three weeks ago and is not posted; its run."""
    person = post.household(letter=False)
    with post.database.write() as session:
        letter = handed_over(session, person)
        letter.counter = counter
        return person, letter.print_run_id


def said(post: Post, person: Person) -> dict[str, str]:
    """What the agent says about the letter and about sending it again."""
    with post.database.read() as session:
        work = work_in(session, post.officer, NOW, program=PROGRAM)
        found = answers(look_up(work, session.get_one(Household, person.household_id)), "ja", NOW)
    return {answer.question: answer.japanese for answer in found}


def test_before_the_post_has_it_nothing_says_that_a_letter_was_sent(post: Post) -> None:
    person, _run = with_mail_house(post)
    status = post.status(person)
    assert (status.sent_on, status.bar, status.next_day) == (None, Bar.NOT_SENT, None)
    spoken = said(post, person)
    assert spoken[Question.LETTER] == "手紙を用意しました。まもなく送ります。"
    assert "まだ送っていない" in spoken[Question.REDELIVERY]
    with pytest.raises(ConflictError, match="まだ送っていません"):
        post.ask(person)
    with post.database.read() as session:
        assert sent_on(session, person.household_id) is None


def test_the_wait_for_another_letter_begins_with_the_post(post: Post) -> None:
    person, run_id = with_mail_house(post)
    with post.database.write() as session:
        post_run(work_in(session, post.officer, NOW), run_id, Posting(POSTED_ON, "ordinary"))
    status = post.status(person)
    assert (status.sent_on, status.bar) == (POSTED_ON, Bar.ON_THE_WAY)
    assert status.next_day is not None
    assert status.next_day > POSTED_ON + timedelta(days=1)
    assert "7月31日" in said(post, person)[Question.LETTER]


def test_a_letter_from_the_wards_counter_never_sees_the_post(post: Post) -> None:
    person, _run = with_mail_house(post, counter=True)
    with post.database.read() as session:
        letter = session.scalars(select(Letter)).one()
        assert letter.handed_over_at is not None
        assert sent_on(session, person.household_id) == date(2023, 7, 10)
