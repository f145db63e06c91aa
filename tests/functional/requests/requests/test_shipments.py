"""Letters and parcels in the mail: steps, tracking numbers, insurance, the resident's text."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    WrongStateError,
)
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.shipments import mail, services
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import (
    by_tracking_number,
    postings_before,
    shipments_of,
)
from portal.domain.letters.shipments.states import SHIPMENT
from portal.domain.letters.shipments.words import class_name, reason_words, where
from portal.platform.database import Database
from tests.support.coupons import NOW, add_households
from tests.support.work import work_in

TODAY = jst_date(NOW)
NUMBER, NEXT = "131-12-38385-2", "131-12-38386-3"


@pytest.fixture(scope="module")
def program() -> Program:
    return load_program("demo", TODAY)


def planned(session: Session, value_yen: int = 30_000) -> Shipment:
    return services.plan_parcel(work_in(session), add_households(session, 1)[0], value_yen)


def take(session: Session, program: Program, key: int, action: str) -> None:
    match action:
        case "post":
            services.post(
                work_in(session, program=program),
                key,
                services.Posting(TODAY, mail.SIMPLE_REGISTERED, NUMBER),
            )
        case "absent":
            services.absent(work_in(session), key, services.Absence(TODAY))
        case "deliver":
            services.deliver(work_in(session), key, TODAY)
        case "return":
            services.return_(work_in(session), key)
        case "receive":
            services.receive(work_in(session), key, services.MailReturn(mail.STORAGE_ENDED, TODAY))
        case "lose":
            services.lose(work_in(session), key)
        case "turn_up":
            services.turn_up(work_in(session), key, services.MailReturn(mail.STORAGE_ENDED, TODAY))
        case "find":
            services.find(work_in(session), key)
        case "cancel":
            services.cancel(work_in(session), key)


def test_every_pair_of_state_and_action(database: Database, program: Program) -> None:
    """Exactly the steps of the design are possible, through the services too."""
    with database.write() as session:
        row = planned(session)
        for state in sorted(SHIPMENT.states):
            for action in SHIPMENT.steps:
                row.state, row.posted_on = state, None
                session.flush()
                if SHIPMENT.can(state, action):
                    take(session, program, row.id, action)
                    assert row.state == SHIPMENT.steps[action][state]
                else:
                    with pytest.raises(WrongStateError):
                        take(session, program, row.id, action)
                    assert row.state == state


def test_a_parcel_that_waited_in_vain_comes_back_and_goes_out_once_more(
    database: Database, program: Program
) -> None:
    with database.write() as session:
        first = planned(session)
        assert where(None) == "未確認"
        take(session, program, first.id, "post")
        assert "未確認" in where(first)
        services.absent(work_in(session), first.id, services.Absence(TODAY))
        assert first.kept_until == TODAY + timedelta(days=7)
        assert "2023年7月10日" in where(first)
        services.come_back(
            work_in(session), first.id, services.MailReturn(mail.STORAGE_ENDED, TODAY)
        )
        assert (first.state, reason_words(first.returned_reason)) == (
            "returned",
            "郵便局で預かる期間が過ぎました。",
        )
        again = services.plan_again(work_in(session), first, 30_000)
        assert (again.attempt, postings_before(session, again)) == (1, [first])
        with pytest.raises(ConflictError):
            services.plan_again(work_in(session), first, 0)
        assert shipments_of(session, first.household_id) == [again, first]


def test_tracking_numbers_are_checked_and_may_return_on_another_day(
    database: Database, program: Program
) -> None:
    with database.write() as session:
        rows = [planned(session)]
        rows += [services.plan_parcel(work_in(session), rows[0].household_id) for _ in range(2)]
        post = services.post
        post(
            work_in(session, program=program),
            rows[0].id,
            services.Posting(TODAY, mail.SIMPLE_REGISTERED, "１３１－１２－３８３８５－２"),
        )
        assert rows[0].tracking_no == "13112383852"
        with pytest.raises(ConflictError):
            post(
                work_in(session, program=program),
                rows[1].id,
                services.Posting(TODAY, mail.RECORDED, NUMBER),
            )
        day = TODAY - timedelta(days=1)
        post(
            work_in(session, program=program),
            rows[1].id,
            services.Posting(day, mail.RECORDED, NUMBER),
        )
        assert by_tracking_number(session, "13112383852", day) == [rows[1]]
        with pytest.raises(InputError):
            post(
                work_in(session, program=program),
                rows[2].id,
                services.Posting(TODAY + timedelta(days=1), mail.RECORDED, NEXT),
            )


@pytest.mark.parametrize(
    ("typed", "mail_class"),
    [
        ("131-12-38385-3", mail.SIMPLE_REGISTERED),
        ("1311238385", mail.REGISTERED),
        ("", mail.RECORDED),
        (NUMBER, mail.PARCEL),
        ("6479-3349-3911", mail.RECORDED),
        (NUMBER, mail.ORDINARY),
        (NUMBER, "pigeon"),
    ],
)
def test_a_wrong_tracking_number_is_refused(typed: str, mail_class: str) -> None:
    with pytest.raises(InputError):
        mail.tracking_number(typed, mail_class)


def test_numbers_as_published_pass_and_are_printed_as_on_the_label() -> None:
    for typed in (NUMBER, "A13112383852A"):
        assert mail.tracking_number(typed, mail.SIMPLE_REGISTERED) == "13112383852"
    assert mail.tracking_number("6479 3349 3911", mail.PARCEL) == "647933493911"
    assert (mail.printed("13112383852"), mail.printed("647933493911")) == (NUMBER, "6479-3349-3911")
    assert mail.tracking_number("", mail.ORDINARY) is None


@given(st.integers(0, 10**10 - 1), st.integers(0, 9))
def test_exactly_one_check_digit_fits(body: int, last: int) -> None:
    typed = f"{body:010}{last}"
    if last == body % 7:
        assert mail.tracking_number(typed, mail.RECORDED) == typed
    else:
        with pytest.raises(InputError):
            mail.tracking_number(typed, mail.RECORDED)


def test_more_yen_than_the_mail_is_insured_for_is_split_or_sent_registered(
    database: Database, program: Program
) -> None:
    with database.write() as session:
        row = planned(session, 60_000)
        for refused in (mail.SIMPLE_REGISTERED, mail.PARCEL, mail.RECORDED, mail.ORDINARY):
            with pytest.raises(NotAllowedError, match=r"一般書留") as caught:
                services.post(
                    work_in(session, program=program),
                    row.id,
                    services.Posting(TODAY, refused, NUMBER),
                )
            assert caught.value.code == "over_insurance"
        services.post(
            work_in(session, program=program),
            row.id,
            services.Posting(TODAY, mail.REGISTERED, NUMBER),
        )
        assert (row.state, class_name(row.mail_class)) == ("posted", "一般書留")
    assert mail.limit_yen(program, mail.SIMPLE_REGISTERED) == 50_000


def test_kept_until_a_day_before_the_absence_is_a_mistake(
    database: Database, program: Program
) -> None:
    with database.write() as session:
        row = planned(session)
        take(session, program, row.id, "post")
        with pytest.raises(InputError):
            services.absent(
                work_in(session), row.id, services.Absence(TODAY, kept_until=date(2023, 1, 1))
            )
        with pytest.raises(InputError):
            services.come_back(
                work_in(session), row.id, services.MailReturn("eaten by a goat", TODAY)
            )
