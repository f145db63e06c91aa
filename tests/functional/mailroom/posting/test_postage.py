"""What the post is paid for: pieces by class, in the month of their posting."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.program.settings.postage import PostageSettings
from portal.domain.letters.letters.models import LetterWithoutId, TestAddress
from portal.domain.letters.letters.states import ADVANCE_NOTICE, TEST_POSTING
from portal.domain.letters.shipments import other_mail
from portal.domain.letters.shipments.mail import refuse_over_limit
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.postage import postage_of_month
from portal.domain.mailroom.printing.cards.card_posting import post_cards
from portal.domain.mailroom.printing.dispatch.entries import Posting
from portal.domain.mailroom.printing.dispatch.posting import post_run
from tests.functional.mailroom.posting.test_posting import (
    PROGRAM,
    SIMPLE,
    TODAY,
    a_print,
    house,
    numbers,
    post,
)
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.coupons import NOW
from tests.support.mailroom.archives import MailHouse
from tests.support.work import work_in

__all__ = ["house"]


def test_postage_counts_cards_letters_without_id_and_what_was_entered_but_no_trial(
    house: MailHouse,
) -> None:
    run_id, people = house.run(1, handed_over=True)
    key = a_print(house)
    with house.database.write() as session:
        other_mail.enter(
            work_in(session, house.officer), other_mail.Pieces(TODAY, "ordinary", "form", 3)
        )
        row = other_mail.enter(
            work_in(session, house.officer), other_mail.Pieces(TODAY, "ordinary", "form", 500)
        )
        other_mail.drop(work_in(session, house.officer), row.id)
        with pytest.raises(NotFoundError):
            other_mail.drop(work_in(session, house.officer), row.id)
        for day, mail_class, what, pieces, field in (
            (TODAY + timedelta(days=1), "ordinary", "form", 1, "day"),
            (TODAY, "pigeon", "form", 1, "mail_class"),
            (TODAY, "ordinary", "x", 1, "what"),
            (TODAY, "ordinary", "form", 0, "pieces"),
            (TODAY, "ordinary", "reply", 1, "mail_class"),
            (TODAY, "reply_paid", "form", 1, "mail_class"),
        ):
            with pytest.raises(InputError) as refused:
                other_mail.enter(
                    work_in(session, house.officer),
                    other_mail.Pieces(day, mail_class, what, pieces),
                )
            assert refused.value.code == field
        post_cards(work_in(session, house.officer), key, TODAY, "ordinary")
        address = TestAddress(created_by=house.officer.id or 0, created_at=NOW)
        session.add(address)
        session.flush()
        addressees: list[dict[str, Any]] = [
            {"household_id": people[0].household_id, "kind": ADVANCE_NOTICE},
            {"test_address_id": address.id, "kind": TEST_POSTING},
        ]
        for place, one in enumerate(addressees):
            session.add(
                LetterWithoutId(
                    number=f"M{place}",
                    state="posted",
                    print_run_id=run_id,
                    chunk_number=1,
                    children=1,
                    amount_yen=0,
                    created_at=NOW,
                    mail_class="ordinary",
                    posted_on=TODAY,
                    **one,
                )
            )
    program = replace(PROGRAM, postage=PostageSettings((("ordinary", 110),)))
    with house.database.read() as session:
        line = next(
            one
            for one in postage_of_month(work_in(session, program=program), TODAY)
            if one.mail_class == "ordinary"
        )
    assert (line.letters, line.cards, line.parcels, line.others, line.yen) == (1, 7, 0, 3, 1_210)


def test_postage_is_counted_by_class_in_the_month_of_posting(
    house: MailHouse,
) -> None:
    run_id, _people = house.run(5, handed_over=True)
    mine = numbers(house, run_id)
    post(house, (mine[0], tracking_no(1)), (mine[1], tracking_no(2)))
    post(house, (mine[2], tracking_no(3)), day=TODAY.replace(day=1) - timedelta(days=1))
    with house.database.write() as session:
        post_run(work_in(session, house.officer), run_id, Posting(TODAY, "ordinary"))
        parcel = Shipment(
            kind="parcel",
            household_id=1,
            value_yen=30_000,
            state="posted",
            mail_class=SIMPLE,
            tracking_no=tracking_no(8),
            posted_on=TODAY,
            created_at=NOW,
            changed_at=NOW,
        )
        session.add(parcel)
    program = replace(PROGRAM, postage=PostageSettings(((SIMPLE, 460),)))
    with house.database.read() as session:
        lines = {
            line.mail_class: line
            for line in postage_of_month(work_in(session, program=program), TODAY)
        }
        before = postage_of_month(
            work_in(session, program=program), TODAY.replace(day=1) - timedelta(days=1)
        )
    assert (lines[SIMPLE].letters, lines[SIMPLE].parcels, lines[SIMPLE].items) == (2, 1, 3)
    assert (lines[SIMPLE].yen_each, lines[SIMPLE].yen) == (460, 1_380)
    assert (lines["ordinary"].letters, lines["ordinary"].yen) == (2, None)
    assert sum(line.items for line in before) == 1


def test_replies_that_came_at_the_offices_cost_are_counted_and_nothing_is_sent_by_them(
    house: MailHouse,
) -> None:
    program = replace(PROGRAM, postage=PostageSettings((("reply_paid", 125),)))
    with house.database.write() as session:
        work = work_in(session, house.officer, program=program)
        assert "reply_paid" not in {line.mail_class for line in postage_of_month(work, TODAY)}
        other_mail.enter(work, other_mail.Pieces(TODAY, "reply_paid", "reply", 4))
        (line,) = [
            line for line in postage_of_month(work, TODAY) if line.mail_class == "reply_paid"
        ]
        assert (line.others, line.items, line.yen_each, line.yen) == (4, 4, 125, 500)
        with pytest.raises(InputError):
            refuse_over_limit(program, "reply_paid", 0)
