"""Redelivery asked for on paper after the window.

Kept and refused as late, and the household hears of it.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import day_end, day_start
from portal.domain.foundation.errors import NotFoundError, TooEarlyError, TooLateError
from portal.domain.foundation.program.settings.requests import PostalRule
from portal.domain.letters.announcements.models import Announcement
from portal.domain.requests.redeliveries.paper import enter_form
from portal.domain.requests.redeliveries.reasons import RedeliveryReason
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived
from portal.domain.requests.redeliveries.words import steps_of
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import PaperEntry
from tests.functional.requests.redeliveries.support import PROGRAM, Post
from tests.support.people import Person
from tests.support.work import work_in

WINDOW = PROGRAM.windows.redelivery
AFTER = day_end(WINDOW.last_day) + timedelta(days=2)
BEFORE = day_start(WINDOW.first_day) - timedelta(days=2)


def entry(channel: Channel = Channel.POST) -> PaperEntry[Wish]:
    return PaperEntry(channel, AFTER - timedelta(days=1), Wish(), no_scan="with_ward")


def enter(
    post: Post,
    person: Person,
    form: PaperEntry[Wish],
    *,
    item: str = "letter",
    shipment: int | None = None,
) -> Request:
    with post.database.write() as session:
        return enter_form(
            work_in(session, post.officer, AFTER, program=PROGRAM),
            NotArrived(person.household_id, item, shipment),
            form,
        )


@pytest.mark.parametrize("channel", [Channel.POST, Channel.FAX, Channel.COUNTER])
def test_a_late_form_is_kept_refused_and_told(post: Post, channel: Channel) -> None:
    person = post.household()
    row = enter(post, person, entry(channel))
    assert post.state(row) == ("refused", "closed", "refused")
    kept = post.fresh(row)
    assert (kept.reply, kept.warnings, kept.channel) == ("late", ["late"], channel.value)
    assert kept.received_at == AFTER - timedelta(days=1)
    assert post.orders(person) == []
    with post.database.read() as session:
        assert session.scalars(select(PaperForm.request_id)).all() == [row.id]
        assert session.scalars(select(Announcement.event)).all() == ["decided"]
        steps = steps_of(session, session.get_one(Request, row.id))
        assert steps[-1].words == "もう一度送ることは、できませんでした。"
    assert "受付の期間が終わったあと" in RedeliveryReason.LATE.label


def test_the_same_late_form_entered_by_two_is_one_request(post: Post) -> None:
    person = post.household()
    first, again = (enter(post, person, entry()) for _ in range(2))
    other = enter(post, person, replace(entry(), received_at=AFTER - timedelta(hours=3)))
    assert (first.id == again.id, first.id == other.id) == (True, False)
    with post.database.read() as session:
        assert len(session.scalars(select(PaperForm.id)).all()) == 3


def test_a_late_form_for_what_was_asked_in_time_joins_it(post: Post) -> None:
    person = post.household()
    post.come_back(person)
    row = post.ask(person)
    assert enter(post, person, entry()).id == row.id
    assert post.state(row)[1] == "waiting"


def test_a_postmark_in_time_counts_where_the_ward_says_so(post: Post) -> None:
    person = post.household()
    post.come_back(person)
    by_postmark = replace(
        PROGRAM, requests=replace(PROGRAM.requests, postal_rule=PostalRule.POSTMARK)
    )
    form = replace(entry(), postmark_on=WINDOW.last_day)
    with post.database.write() as session:
        row = enter_form(
            work_in(session, post.officer, AFTER, program=by_postmark),
            NotArrived(person.household_id, MissingItem.LETTER),
            form,
        )
    assert post.state(row)[0] == "submitted"


def test_a_caller_hears_at_once_that_it_is_too_late(post: Post) -> None:
    person = post.household()
    with pytest.raises(TooLateError):
        enter(post, person, entry(Channel.PHONE))
    with pytest.raises(TooEarlyError):
        enter(post, person, replace(entry(), received_at=BEFORE))
    with pytest.raises(NotFoundError):
        enter(post, person, entry(), item="parcel", shipment=999)
    with post.database.read() as session:
        assert session.scalars(select(Request.id)).all() == []
