"""Pulling letters after the hand-over: moved, died, protected, declined since.

Every letter is answered for.
"""

import csv
import hashlib
import io
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.subcontractors import services as subcontractors
from portal.domain.letters.subcontractors.models import SentFile
from portal.domain.mailroom.printing.dispatch.entries import Entry, Posting
from portal.domain.mailroom.printing.dispatch.posting import post_letters
from portal.domain.mailroom.printing.recalls import needs, queries, recall_list
from portal.domain.mailroom.printing.recalls.answers import Answers, read_answers
from portal.domain.mailroom.printing.recalls.models import RecalledLetter
from portal.domain.mailroom.printing.recalls.states import RECALL, RecallAnswer
from portal.domain.mailroom.printing.recalls.take_back import take_back_pdf
from portal.domain.oversight.reports.mail.recalls import recall_report
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Hold, Household
from portal.platform.database import Database
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.coupons import NOW
from tests.support.mailroom.archives import MailHouse, make_mail_house
from tests.support.people import CANARY_NAME, Person
from tests.support.reading import pdf
from tests.support.transfers import announced
from tests.support.work import work_in

PROGRAM = load_program("sample", date(2023, 7, 3))
CLASS = "simple_registered"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> MailHouse:
    return make_mail_house(database, tmp_path)


def stop(house: MailHouse, person: Person, how: str) -> None:
    """What becomes known of a household."""
    with house.database.write() as session:
        household = session.get_one(Household, person.household_id)
        rights = session.scalars(
            select(Entitlement).where(Entitlement.household_id == person.household_id)
        ).all()
        if how in {"W10_MOVED_AFTER_BASE", "W11_DIED_AFTER_BASE", "W06_INSTITUTION"}:
            session.add(Hold(household_id=person.household_id, code=how, created_at=NOW))
        elif how == "protected":
            household.protected = True
        elif how == "removed":
            household.state = "removed"
        elif how == "declined":
            for right in rights:
                right.state = "declined"
        elif how == "declining":
            for right in rights:
                right.claimed_by, right.claim_id = "decline", 1


def draw_up(house: MailHouse, run_id: int) -> int:
    with house.database.write() as session:
        return recall_list.draw_up(work_in(session, house.officer), run_id).id


def send(house: MailHouse, list_id: int) -> None:
    with house.database.write() as session:
        recall_list.send_list(work_in(session, house.officer), list_id)


def answer(house: MailHouse, list_id: int, *answers: tuple[int, str]) -> None:
    with house.database.write() as session:
        recall_list.answer(work_in(session, house.officer), list_id, answers)


def lines(house: MailHouse, list_id: int) -> list[queries.Line]:
    with house.database.read() as session:
        return queries.lines(session, list_id)


def letter_of(house: MailHouse, person: Person) -> tuple[int, str, str, str]:
    """Key, number and state of a household's letter, and the state of its credential."""
    with house.database.read() as session:
        row = session.execute(
            select(Letter.id, Letter.number, Letter.state, Credential.state)
            .join(Credential, Credential.id == Letter.credential_id)
            .where(Letter.household_id == person.household_id)
        ).one()
        return row[0], row[1], row[2], row[3]


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("W10_MOVED_AFTER_BASE", "moved"),
        ("W11_DIED_AFTER_BASE", "died"),
        ("W06_INSTITUTION", "stopped"),
        ("protected", "stopped"),
        ("removed", "removed"),
        ("declined", "declined"),
        ("declining", "declined"),
    ],
)
def test_whoever_changed_since_the_hand_over_is_listed_and_nobody_else(
    house: MailHouse, how: str, reason: str
) -> None:
    run_id, people = house.run(handed_over=True)
    with house.database.read() as session:
        assert needs.needs(session, run_id) == []
    stop(house, people[1], how)
    key, number, _state, _credential = letter_of(house, people[1])
    with house.database.read() as session:
        assert needs.needs(session, run_id) == [needs.Need(key, number, reason)]
    draw_up(house, run_id)
    with house.database.read() as session:
        assert needs.needs(session, run_id) == []
        assert queries.unanswered(session) == queries.unanswered(session, run_id) == 1
        assert needs.runs_to_recall(session) == {run_id: 1}
    with pytest.raises(ConflictError, match="いま引き抜く手紙はありません"):
        draw_up(house, run_id)


def test_the_list_goes_to_a_mail_house_with_consent_and_names_only_numbers(
    house: MailHouse,
) -> None:
    run_id, people = house.run()
    house.build(run_id)
    house.hand_over(run_id)
    stop(house, people[0], "protected")
    list_id = draw_up(house, run_id)
    with house.database.read() as session:
        body = queries.as_csv(session, list_id)
        (row,) = queries.lists_of(session, run_id)
        report = recall_report(work_in(session), row)
    number = letter_of(house, people[0])[1]
    assert list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))[1:] == [
        [number, f"letters-{run_id:03}-0001.pdf", ""]
    ]
    paper = "".join(pdf.text(as_pdf(report, NOW)))
    assert number in paper
    assert as_xlsx(report)
    for secret in (CANARY_NAME, "支援", "stopped", "保留"):
        assert secret not in body.decode("utf-8-sig") + paper
    send(house, list_id)
    with house.database.read() as session:
        sent = session.scalars(select(SentFile).order_by(SentFile.id.desc()).limit(1)).one()
        assert (sent.what, sent.letters, sent.sha256) == (
            "pull_list",
            1,
            hashlib.sha256(body).hexdigest(),
        )
    with pytest.raises(ConflictError, match="もう送って"):
        send(house, list_id)


def test_without_consent_the_list_does_not_go(house: MailHouse) -> None:
    run_id, people = house.run()
    house.build(run_id)
    house.hand_over(run_id)
    stop(house, people[0], "removed")
    list_id = draw_up(house, run_id)
    with house.database.write() as session:
        subcontractors.end(work_in(session, house.officer), house.id)
    with pytest.raises(NotAllowedError, match="区の承諾"):
        send(house, list_id)
    assert [line.state for line in lines(house, list_id)] == ["listed"]


def test_pulled_letters_are_cancelled_and_posted_ones_suspended_at_once(house: MailHouse) -> None:
    run_id, people = house.run(handed_over=True)
    for person in people[:3]:
        stop(house, person, "W10_MOVED_AFTER_BASE")
    list_id = draw_up(house, run_id)
    send(house, list_id)
    keys = [letter_of(house, person)[0] for person in people]
    answer(house, list_id, (keys[0], "pull"), (keys[1], "find_posted"))
    assert letter_of(house, people[0])[2:] == ("cancelled", "closed")
    assert letter_of(house, people[1])[2:] == ("handed_over", "suspended")
    assert letter_of(house, people[2])[2:] == ("handed_over", "issued")
    assert letter_of(house, people[3])[2:] == ("handed_over", "issued")
    with house.database.read() as session:
        assert queries.unanswered(session, run_id) == 1
    with pytest.raises(WrongStateError):
        answer(house, list_id, (keys[2], "pull"), (keys[0], "pull"))
    assert letter_of(house, people[2])[2] == "handed_over"
    for stranger in ((keys[3], "pull"), (999, "pull"), (keys[2], "burn")):
        with pytest.raises(NotFoundError):
            answer(house, list_id, stranger)
    with pytest.raises(NotFoundError):
        answer(house, 999, (keys[2], "pull"))
    with house.database.write() as session, pytest.raises(NotAllowedError):
        recall_list.answer(work_in(session), list_id, [(keys[2], "pull")])
    with house.database.write() as session, pytest.raises(NotAllowedError):
        recall_list.draw_up(work_in(session), run_id)
    with house.database.write() as session, pytest.raises(NotAllowedError):
        recall_list.send_list(work_in(session), list_id)
    with house.database.write() as session, pytest.raises(NotFoundError):
        recall_list.draw_up(work_in(session, house.officer), 999)


def test_a_letter_that_is_posted_while_it_waits_answers_by_itself(house: MailHouse) -> None:
    run_id, people = house.run(handed_over=True)
    stop(house, people[0], "W11_DIED_AFTER_BASE")
    list_id = draw_up(house, run_id)
    _key, number, _state, _credential = letter_of(house, people[0])
    with house.database.write() as session:
        post_letters(
            work_in(session, house.officer),
            [Entry(number, tracking_no(7))],
            Posting(NOW.date(), CLASS),
        )
    assert letter_of(house, people[0])[2:] == ("handed_over", "suspended")
    (line,) = lines(house, list_id)
    assert (line.state, line.tracking_no, line.mail_class) == (
        "already_posted",
        tracking_no(7),
        CLASS,
    )
    with house.database.read() as session:
        assert needs.needs(session, run_id) == []


def test_the_sheet_for_the_post_office_has_the_numbers_and_no_name(house: MailHouse) -> None:
    run_id, people = house.run(handed_over=True)
    for person in people[:3]:
        stop(house, person, "removed")
    list_id = draw_up(house, run_id)
    with pytest.raises(ConflictError, match="いまありません"):
        take_back_pdf(PROGRAM, lines(house, list_id), NOW)
    _key, number, _state, _credential = letter_of(house, people[0])
    with house.database.write() as session:
        post_letters(
            work_in(session, house.officer),
            [Entry(number, "131-12-38385-2")],
            Posting(NOW.date(), CLASS),
        )
    answer(house, list_id, (letter_of(house, people[1])[0], "find_posted"))
    sheets = pdf.text(take_back_pdf(PROGRAM, lines(house, list_id), NOW))
    assert len(sheets) == 2
    mine = next(sheet for sheet in sheets if number in sheet)
    assert "131-12-38385-2" in mine
    assert "簡易書留" in mine
    for name in (CANARY_NAME, "鶉野"):
        assert all(name not in sheet for sheet in sheets)


def test_an_answered_list_is_read_row_by_row_and_every_fault_named(house: MailHouse) -> None:
    run_id, people = house.run(handed_over=True)
    for person in people[:3]:
        stop(house, person, "removed")
    list_id = draw_up(house, run_id)
    send(house, list_id)
    numbers = [letter_of(house, person)[1] for person in people]

    def read(*rows: str, head: str = "手紙番号,結果", encoding: str = "cp932") -> Answers:
        with house.database.write() as session:
            data = "\r\n".join([head, *rows]).encode(encoding)
            return read_answers(work_in(session), list_id, data)

    found = read(f"{numbers[0]},抜き取り", f"{numbers[1]},差し出しずみ", f"{numbers[2]},")
    assert [said for _key, said in found.given] == ["pull", "find_posted"]
    answer(house, list_id, *found.given)
    third = letter_of(house, people[2])[0]
    again = read(f"{numbers[0]},抜き取り", f"{numbers[2]},○", encoding="utf-8-sig")
    assert again == Answers([(third, RecallAnswer.RECALLED)])
    partly = read(f"{numbers[2]},抜き取り", f"{numbers[3]},抜き取り")
    assert partly.given == [(third, "pull")]
    assert partly.refused == ("3行目: この手紙は、引抜きの一覧にありません。",)
    with pytest.raises(InputError, match=r"2行目: この手紙は.*\n.*3行目: 結果は"):
        read(f"{numbers[3]},抜き取り", f"{numbers[2]},たぶん")
    with pytest.raises(InputError, match=r"2行目: 同じ手紙のほかの行と.*\n.*3行目: 同じ手紙の"):
        read(f"{numbers[2]},抜き取り", f"{numbers[2]},差し出しずみ")
    with pytest.raises(InputError, match="列 結果"):
        read(numbers[2], head="手紙番号")
    with house.database.write() as session:
        figures = Figures(rows=3, sha256="a" * 64)
        announced(work_in(session), TransferKind.ANSWERS, Path("list.csv"), figures)
    with pytest.raises(InputError, match=r"列 結果.*\n送付票とも合いません"):
        read(numbers[2], head="手紙番号")
    with pytest.raises(InputError, match="ファイルに手紙がありません"):
        read()


def test_every_step_of_a_pulled_letter_from_every_state_is_as_the_table_says(
    house: MailHouse,
) -> None:
    run_id, people = house.run(1, handed_over=True)
    stop(house, people[0], "removed")
    list_id = draw_up(house, run_id)
    key = letter_of(house, people[0])[0]
    for state in sorted(RECALL.states):
        for action in ("pull", "find_posted"):
            with house.database.write() as session:
                session.scalars(select(RecalledLetter)).one().state = state
            if RECALL.can(state, action):
                answer(house, list_id, (key, action))
                assert lines(house, list_id)[0].state == RECALL.next(state, action)
            else:
                with pytest.raises(WrongStateError):
                    answer(house, list_id, (key, action))
