"""The daily print.

Each card once, none to whom nothing may be sent, nothing in it but how to learn more.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.models import Announcement, CardPrint
from portal.domain.letters.announcements.queries import card_by_number, card_counts
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.announcements.stopping import card_came_back
from portal.domain.letters.letters.drawing.card import render_cards
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.mailroom.printing.cards import printing
from portal.domain.mailroom.printing.cards.checking import check_cards
from portal.domain.mailroom.printing.cards.printing import print_cards
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.people.households.large_print import POINTS, wish_large_print
from portal.domain.people.households.models import Hold
from portal.platform.database import Database
from tests.functional.letters.announcements.card_support import pages, queue, states
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families, printer
from tests.support.mailroom.ward import Ward, ward  # noqa: F401  (a fixture)
from tests.support.reading import pdf
from tests.support.work import work_in


def test_waiting_cards_are_printed_once(database: Database, tmp_path: Path) -> None:
    queue(database, add_families(database, 3))
    press = printer(database, tmp_path)
    first, second = print_cards(press), print_cards(press)
    assert (first.cards, len(first.files), len(pages(first))) == (3, 1, 3)
    assert (second.cards, second.files) == (0, ())
    assert states(database) == ["printed"] * 3
    with database.read() as session:
        (made,) = session.scalars(select(CardPrint)).all()
        noted = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "notice.printed")
        ).all()
        assert (made.cards, made.file_name, len(noted)) == (3, first.files[0].name, 3)


def test_a_card_shows_the_window_and_how_to_learn_more_and_nothing_of_the_children(
    sqlite_database: Database, tmp_path: Path
) -> None:
    queue(sqlite_database, add_families(sqlite_database, 1))
    (text,) = pages(print_cards(printer(sqlite_database, tmp_path)))
    squeezed = "".join(text.split())
    for wanted in (
        "鶉野瑠璃子様",
        "139-0001",
        "申請の結果",
        "CDFG-HJKL",
        "0120-000-501",
        "coupon.shiokaze.example",
    ):
        assert wanted in squeezed, wanted
    for leak in ("翡翠", "珊瑚", "30,000", "60,000", "円", "1983", "signin?id="):
        assert leak not in squeezed, leak


def test_a_second_card_for_the_same_household_is_possible_later(
    sqlite_database: Database, tmp_path: Path
) -> None:
    households = add_families(sqlite_database, 1)
    press = printer(sqlite_database, tmp_path)
    queue(sqlite_database, households, "received")
    print_cards(press)
    queue(sqlite_database, households, "decided")
    assert print_cards(press).cards == 1


def test_held_and_protected_households_get_no_card_and_are_not_printed_later_by_themselves(
    database: Database, tmp_path: Path
) -> None:
    households = add_families(database, 4, held=[1], protected=[2])
    queue(database, households)
    press = printer(database, tmp_path)
    built = print_cards(press)
    assert (built.cards, built.stopped) == (2, 1), "nobody is told of the protected one"
    assert states(database) == ["printed", "stopped", "stopped", "printed"]
    with database.write() as session:
        session.execute(update(Hold).values(state="released"))
    assert print_cards(press).cards == 0


def test_a_hold_put_while_the_cards_are_drawn_keeps_its_card_out_of_the_file(
    database: Database, tmp_path: Path
) -> None:
    households = add_families(database, 3)
    queue(database, households)

    def hold() -> None:
        with database.write() as session:
            if session.scalar(select(Hold.id)) is None:
                session.add(Hold(household_id=households[1], code="W01_PROTECTED", created_at=NOW))

    built = print_cards(meanwhile(database, tmp_path, hold))
    assert (built.cards, built.stopped, len(pages(built))) == (2, 1, 2)
    assert list(tmp_path.rglob("*.part")) == []


def test_a_print_that_died_before_it_was_noted_prints_everything_next_time(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(database, add_families(database, 2))
    press = printer(database, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(printing, "record_many", _die)
        with pytest.raises(KeyboardInterrupt):
            print_cards(press)
    assert list(tmp_path.rglob("*.pdf")) == []
    assert states(database) == ["waiting"] * 2
    built = print_cards(press)
    assert (built.cards, built.finished) == (2, ())
    assert list(tmp_path.rglob("*.part")) == []


def test_a_print_that_died_after_it_was_noted_is_finished_and_not_repeated(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(database, add_families(database, 2))
    press = printer(database, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(printing, "put", _die)
        with pytest.raises(KeyboardInterrupt):
            print_cards(press)
    assert list(tmp_path.rglob("*.pdf")) == []
    built = print_cards(press)
    assert (built.cards, len(built.finished)) == (0, 1)
    assert len(pdf.text(built.finished[0].read_bytes())) == 2


@dataclass(frozen=True)
class Meanwhile(Printer):
    """A printer during whose drawing something else happens."""

    happens: Callable[[], object] = lambda: None

    def frame(self, notice_date: date) -> LetterFrame:
        self.happens()
        return super().frame(notice_date)


def meanwhile(database: Database, folder: Path, happens: Callable[[], object]) -> Printer:
    press = printer(database, folder)
    return Meanwhile(
        **{field.name: getattr(press, field.name) for field in fields(press)}, happens=happens
    )


def _die(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_two_prints_at_once_print_nothing_twice(database: Database, tmp_path: Path) -> None:
    """Into two folders, so that no lock keeps them apart.

    The second is whole before the first has noted its file.
    """
    queue(database, add_families(database, 4))
    others: list[int] = []

    def print_too() -> None:
        if not others:
            others.append(-1)
            others[0] = print_cards(printer(database, tmp_path / "b"), tmp_path / "b").cards

    first = print_cards(meanwhile(database, tmp_path / "a", print_too), tmp_path / "a")
    assert (first.cards, others) == (0, [4])
    assert states(database) == ["printed"] * 4
    assert len(list(tmp_path.rglob("*.pdf"))) == 1


def test_threads_of_a_site_draw_one_after_the_other(
    sqlite_database: Database, tmp_path: Path
) -> None:
    queue(sqlite_database, add_families(sqlite_database, 1))
    press = printer(sqlite_database, tmp_path)
    with sqlite_database.read() as session:
        content = [one.content for one in check_cards(work_in(session), press).ready]
    frame, made = press.frame(NOW.date()), list[bytes]()
    threads = [
        threading.Thread(target=lambda: made.append(render_cards(content, frame))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4


def test_without_protection_data_nothing_is_printed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    queue(sqlite_database, add_families(sqlite_database, 1, known=False))
    with pytest.raises(NotAllowedError):
        print_cards(printer(sqlite_database, tmp_path))


def test_a_name_that_cannot_be_printed_waits_and_is_named_to_staff(
    sqlite_database: Database, tmp_path: Path
) -> None:
    households = add_families(sqlite_database, 2, names={0: "\ue001村　花子"})
    queue(sqlite_database, households)
    built = print_cards(printer(sqlite_database, tmp_path))
    assert (built.cards, built.unprintable) == (1, (households[0],))
    assert states(sqlite_database) == ["waiting", "printed"]


def test_a_reminder_on_a_card_is_not_printed_after_its_day(
    sqlite_database: Database, tmp_path: Path
) -> None:
    (household,) = add_families(sqlite_database, 1)
    with sqlite_database.write() as session:
        yesterday = (NOW - timedelta(days=1)).date()
        announce(work_in(session), Event(household, "deadline_near", "d", due=yesterday))
    built = print_cards(printer(sqlite_database, tmp_path))
    assert (built.cards, built.stopped) == (0, 1)


def test_a_card_that_came_back_is_found_by_its_number(
    sqlite_database: Database, tmp_path: Path
) -> None:
    queue(sqlite_database, add_families(sqlite_database, 1))
    built = print_cards(printer(sqlite_database, tmp_path))
    with sqlite_database.write() as session:
        number = session.scalars(select(Announcement.card_number)).one()
        assert number is not None
        assert number in pages(built)[0]
        card = card_by_number(session, number)
        assert card is not None
        assert card_came_back(work_in(session), card.id).state == "came_back"


def test_staff_see_how_many_cards_wait_but_not_the_protected(sqlite_database: Database) -> None:
    queue(sqlite_database, add_families(sqlite_database, 3, protected=[0]))
    with sqlite_database.read() as session:
        assert card_counts(session, include_protected=False).waiting == 2
        assert card_counts(session, include_protected=True).waiting == 3


def test_a_card_in_large_print_is_one_sheet_in_a_file_of_its_own(
    sqlite_database: Database, tmp_path: Path
) -> None:
    large, usual = add_families(sqlite_database, 2)
    with sqlite_database.write() as session:
        wish_large_print(work_in(session), large, "ja")
    queue(sqlite_database, [large, usual])
    queue(sqlite_database, [large, usual], "received")
    built = print_cards(printer(sqlite_database, tmp_path))
    assert built.cards == 4
    letters = [path for path in built.files if "-large-" in path.name]
    assert len(letters) == 2
    for path in letters:
        front, back = pdf.text(path.read_bytes())
        assert "CDFG-HJKL" in front
        assert "Request" in back or "request" in back
        assert pdf.smaller(path.read_bytes(), POINTS, below_mm=66, pages=1) == ""
