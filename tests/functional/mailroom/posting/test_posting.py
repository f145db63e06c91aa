"""Posting letters: a label each, every fault named, and none twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import ConflictError, DomainError, InputError, NotFoundError
from portal.domain.foundation.program.loader import load_program
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.printing.cards.card_posting import post_cards, prints_waiting
from portal.domain.mailroom.printing.dispatch import posted
from portal.domain.mailroom.printing.dispatch.entries import Entry, Posting, read_entries
from portal.domain.mailroom.printing.dispatch.posting import post_letters, post_run, waiting
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.coupons import NOW
from tests.support.mailroom.archives import MailHouse, make_mail_house
from tests.support.work import work_in

PROGRAM = load_program("sample", date(2023, 7, 3))
TODAY = NOW.date()
SIMPLE = "simple_registered"
HEAD = "手紙番号,お問い合わせ番号"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> MailHouse:
    return make_mail_house(database, tmp_path)


def numbers(house: MailHouse, run_id: int) -> list[str]:
    with house.database.read() as session:
        return list(
            session.scalars(
                select(Letter.number).where(Letter.print_run_id == run_id).order_by(Letter.id)
            )
        )


def post(
    house: MailHouse, *entries: tuple[str, str], day: date = TODAY, mail_class: str = SIMPLE
) -> int:
    lines = [Entry(number, label, line) for line, (number, label) in enumerate(entries, 2)]
    if len(lines) == 1:
        lines = [replace(lines[0], line=0)]
    with house.database.write() as session:
        return post_letters(
            work_in(session, house.officer), lines, Posting(day, mail_class)
        ).letters


def shipments(house: MailHouse) -> list[tuple[str | None, str | None, date | None, str, int]]:
    with house.database.read() as session:
        rows = session.scalars(select(Shipment).order_by(Shipment.id))
        return [
            (row.tracking_no, row.mail_class, row.posted_on, row.state, row.attempt) for row in rows
        ]


@pytest.mark.parametrize(
    ("typed", "stored", "mail_class"),
    [
        ("131-12-38385-2", "13112383852", SIMPLE),
        ("１３１－１２－３８３８５－２", "13112383852", "registered"),
        ("13112383852", "13112383852", "recorded"),
        ("A13112383852B", "13112383852", SIMPLE),
        ("6479-3349-3911", "647933493911", "parcel"),
        ("６４７９　３３４９　３９１１", "647933493911", "parcel"),
    ],
)
def test_a_label_is_read_with_hyphens_in_any_width_and_by_its_check_digit(
    house: MailHouse, typed: str, stored: str, mail_class: str
) -> None:
    run_id, _people = house.run(1, handed_over=True)
    number = numbers(house, run_id)[0]
    assert post(house, (f" {number.lower()} ", typed), mail_class=mail_class) == 1
    assert shipments(house) == [(stored, mail_class, TODAY, "posted", 0)]
    with house.database.read() as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "letter.posted"))
        assert stored not in str(event.detail)


@pytest.mark.parametrize(
    ("label", "mail_class", "said"),
    [
        ("13112383853", SIMPLE, "まちがい"),
        ("1311238385", SIMPLE, "11桁"),
        ("647933493911", SIMPLE, "11桁"),
        ("13112383852", "parcel", "12桁"),
        ("", SIMPLE, "11桁"),
        ("１３１12ab3852", SIMPLE, "11桁"),
        ("13112383852", "ordinary", "お問い合わせ番号のある"),
        ("13112383852", "pigeon", "お問い合わせ番号のある"),
    ],
)
def test_a_label_that_cannot_be_one_is_refused(
    house: MailHouse, label: str, mail_class: str, said: str
) -> None:
    run_id, _people = house.run(1, handed_over=True)
    with pytest.raises(InputError, match=said):
        post(house, (numbers(house, run_id)[0], label), mail_class=mail_class)
    assert shipments(house) == []


def test_every_fault_of_a_list_is_named_by_its_line_and_nothing_is_posted(house: MailHouse) -> None:
    run_id, _people = house.run(5, handed_over=True)
    early, _people = house.run(1)
    mine, too_early = numbers(house, run_id), numbers(house, early)[0]
    post(house, (mine[4], tracking_no(9)))
    with house.database.write() as session:
        session.scalars(select(Letter).where(Letter.number == mine[3])).one().state = "cancelled"
    stranger = new_letter_number()
    with pytest.raises(InputError) as refused:
        post(
            house,
            (mine[0], tracking_no(1)),
            (mine[0], tracking_no(2)),
            (mine[1], tracking_no(1)),
            (mine[2], "13112383853"),
            (mine[3], tracking_no(3)),
            (mine[4], tracking_no(4)),
            (too_early, tracking_no(5)),
            (stranger, tracking_no(6)),
            ("M000000001", tracking_no(7)),
            (mine[1], tracking_no(9)),
        )
    said = refused.value.message.split("\n- ")
    assert "(10件)" in said[0]
    for line, words in (
        (2, "この手紙は、ほかの行にもあります"),
        (3, "この手紙は、ほかの行にもあります"),
        (4, "このお問い合わせ番号は、ほかの行"),
        (5, "まちがい"),
        (6, "取りやめ"),
        (7, "もう差し出して"),
        (8, "引き渡す前"),
        (9, "この番号の手紙はありません"),
        (10, "手紙番号に、まちがい"),
        (11, "同じ日の別の郵便"),
    ):
        assert any(one.startswith(f"{line}行目") and words in one for one in said), (line, words)
    assert len(shipments(house)) == 1


def test_a_number_may_come_again_on_another_day_but_not_on_the_same(house: MailHouse) -> None:
    run_id, _people = house.run(3, handed_over=True)
    mine = numbers(house, run_id)
    post(house, (mine[0], tracking_no(1)), day=TODAY - timedelta(days=1))
    assert post(house, (mine[1], tracking_no(1))) == 1
    with pytest.raises(InputError, match="同じ日の別の郵便"):
        post(house, (mine[2], tracking_no(1)))


def test_nothing_is_posted_on_a_day_to_come(house: MailHouse) -> None:
    run_id, _people = house.run(1, handed_over=True)
    with pytest.raises(InputError, match="未来"):
        post(house, (numbers(house, run_id)[0], tracking_no(1)), day=TODAY + timedelta(days=1))
    with house.database.write() as session, pytest.raises(InputError, match="未来"):
        post_run(
            work_in(session, house.officer), run_id, Posting(TODAY + timedelta(days=1), "ordinary")
        )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_is_read_as_spreadsheets_save_it(encoding: str) -> None:
    data = f"順,{HEAD}\r\n1,M1,131-12-38385-2\r\n\r\n2,M2\r\n".encode(encoding)
    assert read_entries(data) == [Entry("M1", "131-12-38385-2", 2), Entry("M2", "", 4)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "見出し"),
        ("手紙番号\r\nM1".encode(), "お問い合わせ番号"),
        (f"{HEAD},手紙番号\r\na,b,c".encode(), "手紙番号"),
        (f"{HEAD}\r\n".encode(), "手紙がありません"),
        (b"\x81\xff", "文字コード"),
        (f'{HEAD}\r\n"M1'.encode(), "壊れて"),
    ],
)
def test_a_file_that_is_none_says_why(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_entries(data)


def test_what_is_left_of_a_run_goes_by_ordinary_mail_in_one_step(house: MailHouse) -> None:
    run_id, _people = house.run(4, handed_over=True)
    post(house, (numbers(house, run_id)[0], tracking_no(1)))
    with house.database.read() as session:
        assert waiting(session, run_id) == 3
        assert posted.runs_waiting(session) == [posted.RunWaiting(run_id, "credential", 3)]

    def all_of(run: int, mail_class: str = "ordinary") -> int:
        with house.database.write() as session:
            return post_run(
                work_in(session, house.officer), run, Posting(TODAY, mail_class)
            ).letters

    with pytest.raises(InputError, match="1通ごと"):
        all_of(run_id, SIMPLE)
    assert all_of(run_id) == 3
    with pytest.raises(ConflictError, match="差し出していない手紙はありません"):
        all_of(run_id)
    with pytest.raises(NotFoundError):
        all_of(999)
    early, _people = house.run(1)
    with pytest.raises(ConflictError):
        all_of(early)
    with house.database.read() as session:
        assert waiting(session, run_id) == 0
        assert posted.runs_waiting(session) == []
        assert len(posted.latest(session, include_protected=False)) == 4
        assert len(posted.latest(session, 2, include_protected=False)) == 2


def test_the_posting_of_a_family_protected_since_is_listed_for_the_ward_alone(
    house: MailHouse,
) -> None:
    """Its tracking number would tell where the letter went."""
    run_id, _people = house.run(2, handed_over=True)
    mine = numbers(house, run_id)
    post(house, (mine[0], tracking_no(1)), (mine[1], tracking_no(2)))
    with house.database.write() as session:
        letter = session.query(Letter).filter_by(number=mine[0]).one()
        session.get_one(Household, letter.household_id).protected = True
    with house.database.read() as session:
        listed = posted.latest(session, include_protected=False)
        assert [one.number for one in listed] == [mine[1]]
        assert len(posted.latest(session, include_protected=True)) == 2


@pytest.mark.parametrize("same", ["letter", "label"])
def test_two_at_once_post_a_letter_or_a_label_once(house: MailHouse, same: str) -> None:
    run_id, _people = house.run(2, handed_over=True)
    mine = numbers(house, run_id)
    pairs = [(mine[0], tracking_no(1)), (mine[0], tracking_no(2))]
    if same == "label":
        pairs = [(mine[0], tracking_no(1)), (mine[1], tracking_no(1))]

    def attempt(pair: tuple[str, str]) -> bool:
        try:
            return post(house, pair) == 1
        except (DomainError, Exception):  # noqa: BLE001  (a database may refuse the second row itself)
            return False

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(attempt, pairs))
    assert sorted(done) == [False, True]
    assert len(shipments(house)) == 1


def test_a_letter_made_for_a_redelivery_is_the_next_attempt_after_the_first_posting(
    house: MailHouse,
) -> None:
    run_id, people = house.run(1, handed_over=True)
    post(house, (numbers(house, run_id)[0], tracking_no(1)))
    again, _people = house.run(1, handed_over=True)
    with house.database.write() as session:
        session.scalars(
            select(Letter).where(Letter.print_run_id == run_id)
        ).one().state = "superseded"
        session.flush()
        letter = session.scalars(select(Letter).where(Letter.print_run_id == again)).one()
        letter.household_id, letter.reason = people[0].household_id, "redelivery"
    post(house, (numbers(house, again)[0], tracking_no(2)))
    with house.database.read() as session:
        first, second = session.scalars(select(Shipment).order_by(Shipment.id)).all()
        assert (first.attempt, second.attempt, second.previous_id) == (0, 1, first.id)


def a_print(house: MailHouse, cards: int = 7) -> int:
    with house.database.write() as session:
        row = CardPrint(
            cards=cards,
            folder="/x",
            file_name="cards.pdf",
            sha256="0" * 64,
            notice_date=TODAY,
            printed_at=NOW - timedelta(days=1),
        )
        session.add(row)
        session.flush()
        return row.id


def test_a_print_of_cards_is_posted_once_from_its_day_on_and_by_a_class_without_labels(
    house: MailHouse,
) -> None:
    key = a_print(house)
    wrong: list[tuple[int, date, str, type[DomainError]]] = [
        (key, TODAY + timedelta(days=1), "ordinary", InputError),
        (key, TODAY - timedelta(days=2), "ordinary", InputError),
        (key, TODAY, "recorded", InputError),
        (99, TODAY, "ordinary", NotFoundError),
    ]
    for print_id, day, mail_class, refusal in wrong:
        with house.database.write() as session, pytest.raises(refusal):
            post_cards(work_in(session, house.officer), print_id, day, mail_class)
    with house.database.write() as session:
        post_cards(work_in(session, house.officer), key, TODAY, "ordinary")
        assert prints_waiting(session) == []
    with house.database.write() as session, pytest.raises(ConflictError, match="もう差し出して"):
        post_cards(work_in(session, house.officer), key, TODAY, "ordinary")
