"""The post's status files.

Any order, the same one twice, words that nobody knows, numbers that are used again.
"""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.shipments import mail, services
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.tracking.file import CsvFeed, LineFault
from portal.domain.mailroom.tracking.ingest import Tracked, counts, ingest, match_again
from portal.domain.mailroom.tracking.models import TrackingEvent, TrackingFile
from portal.domain.mailroom.tracking.refused import refused_csv, refused_lines
from portal.domain.mailroom.tracking.words import DECISIVE, WORDS, Status, read_word
from portal.platform.database import Database
from tests.support.coupons import NOW, add_households
from tests.support.work import work_in

TODAY = jst_date(NOW)
POSTED = TODAY - timedelta(days=20)
NUMBER, OTHER = "13112383852", "13112383863"
PROGRAM = load_program("demo", TODAY)
HEADER = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"


def csv(*rows: str, header: str = HEADER, encoding: str = "cp932") -> CsvFeed:
    return CsvFeed("\r\n".join((header, *rows, "")).encode(encoding))


def row(
    day: int, word: str, detail: str = "", number: str = "131-12-38385-2", clock: str = "10:05"
) -> str:
    return f"{number},{POSTED + timedelta(days=day):%Y/%m/%d} {clock},{word},{detail},みなも局"


def posted(
    database: Database, number: str = NUMBER, day: date = POSTED, *, household: int = 1
) -> int:
    with database.write() as session:
        if household == 1 and session.scalar(select(Shipment.id).limit(1)) is None:
            add_households(session, 1)
        shipment = services.plan_parcel(work_in(session), 1)
        services.post(
            work_in(session, program=PROGRAM),
            shipment.id,
            services.Posting(day, mail.SIMPLE_REGISTERED, number),
        )
        return shipment.id


def take(database: Database, feed: CsvFeed, program: Program = PROGRAM) -> Tracked:
    with database.write() as session:
        return ingest(work_in(session, program=program), feed)


def state(database: Database, key: int) -> str:
    with database.read() as session:
        return session.get_one(Shipment, key).state


STORY = (
    row(0, "引受"),
    row(1, "到着"),
    row(2, "持ち出し中"),
    row(2, "ご不在のため持ち戻り", clock="15:00"),
    row(3, "保管"),
    row(9, "差出人に返送", "保管期間が経過したため"),
)


def test_a_story_in_one_file(database: Database) -> None:
    key = posted(database)
    done = take(database, csv(*STORY))
    assert (done.rows, done.new, done.moved, done.unknown, done.unmatched) == (6, 6, 1, 0, 0)
    assert state(database, key) == "returning"


def test_the_same_story_in_any_order_of_files_ends_the_same(sqlite_database: Database) -> None:
    for place, order in enumerate(itertools.islice(itertools.permutations(STORY), 0, 720, 37)):
        number = f"1311238{place:03}0"
        number = number[:-1] + str(int(number[:-1]) % 7)
        key = posted(sqlite_database, number)
        for line in order:
            take(sqlite_database, csv(line.replace("131-12-38385-2", number)))
        assert state(sqlite_database, key) == "returning"


def test_the_same_file_and_the_same_event_in_another_file_count_once(database: Database) -> None:
    key = posted(database)
    take(database, csv(row(2, "ご不在のため持ち戻り")))
    assert take(database, csv(row(2, "ご不在のため持ち戻り"))).repeated
    again = take(database, csv(row(2, "ご不在のため持ち戻り"), row(3, "お届け先にお届け済み")))
    assert (again.rows, again.new) == (2, 1)
    assert state(database, key) == "delivered"


def test_an_older_event_that_comes_later_moves_nothing_back(database: Database) -> None:
    key = posted(database)
    take(database, csv(row(4, "窓口でお渡し")))
    late = take(database, csv(row(2, "ご不在のため持ち戻り")))
    assert (late.moved, late.conflicts) == (0, 0)
    assert state(database, key) == "delivered"


def test_an_unknown_word_is_kept_and_listed(database: Database) -> None:
    key = posted(database)
    assert take(database, csv(row(2, "なぞの状態"))).unknown == 1
    assert state(database, key) == "posted"
    with database.read() as session:
        event = session.scalars(select(TrackingEvent)).one()
        assert (event.word, event.status, counts(session)["unknown"]) == (
            "なぞの状態",
            "unknown",
            1,
        )


def test_a_number_without_a_shipment_waits_until_the_posting_is_entered(database: Database) -> None:
    posted(database, OTHER)
    assert take(database, csv(row(2, "お届け済み"))).unmatched == 1
    key = posted(database)
    with database.write() as session:
        assert match_again(work_in(session, program=PROGRAM)) == 1
    assert state(database, key) == "delivered"


def test_a_number_that_is_used_again_goes_to_the_posting_before_the_event(
    database: Database,
) -> None:
    old = posted(database, day=POSTED - timedelta(days=400))
    new = posted(database)
    take(database, csv(row(-398, "お届け済み")))
    assert (state(database, old), state(database, new)) == ("delivered", "posted")
    take(database, csv(row(2, "お届け済み")))
    assert state(database, new) == "delivered"


def test_an_impossible_step_is_shown_to_people(database: Database) -> None:
    key = posted(database)
    with database.write() as session:
        services.lose(work_in(session), key)
    assert take(database, csv(row(5, "お届け済み"))).conflicts == 1
    with database.read() as session:
        assert counts(session)["conflicts"] == 1
    assert state(database, key) == "lost"


def test_absence_is_told_once_with_the_last_day_and_a_return_at_its_end(database: Database) -> None:
    posted(database)
    take(database, csv(row(2, "ご不在のため持ち戻り")))
    take(database, csv(row(3, "保管")))
    take(database, csv(row(9, "差出人に返送", "保管期間経過")))
    with database.read() as session:
        told = [
            (one.event, one.due_on)
            for one in session.scalars(select(Announcement).order_by(Announcement.id))
        ]
    assert told == [("at_post_office", POSTED + timedelta(days=9)), ("came_back", None)]


def test_a_return_for_another_reason_tells_nobody(database: Database) -> None:
    posted(database)
    take(database, csv(row(3, "差出人に返送", "あて所が不明のため")))
    with database.read() as session:
        assert session.scalars(select(Announcement)).all() == []


BAD_LINES = [
    ("131-12-38385-3,2023/06/20,引受,,", LineFault.CHECK_DIGIT),
    ("1234,2023/06/20,引受,,", LineFault.NUMBER),
    ("131-12-38385-2,きのう,引受,,", LineFault.NO_DAY),
    ("131-12-38385-2,2023/02/30,引受,,", LineFault.WRONG_DAY),
    ("131-12-38385-2,2023/06/20,,,", LineFault.NO_WORD),
    ("131-12-38385-2,2123/06/20,引受,,", LineFault.FUTURE),
]


@pytest.mark.parametrize(("line", "fault"), BAD_LINES)
def test_a_row_that_cannot_be_read_refuses_itself_alone(
    sqlite_database: Database, line: str, fault: LineFault
) -> None:
    key = posted(sqlite_database)
    done = take(sqlite_database, csv(row(1, "引受"), line, row(2, "お届け済み")))
    assert (done.rows, done.new, done.refused) == (3, 2, 1)
    assert state(sqlite_database, key) == "delivered"
    with sqlite_database.read() as session:
        file = session.scalars(select(TrackingFile)).one()
        (refused,) = refused_lines(file)
        assert (refused.line, refused.fault) == (3, fault)
        assert fault.label in refused_csv(file).decode()
        assert "38385" not in str(file.counts), "nothing of the row itself is kept"


def test_the_same_row_mended_counts_once_beside_those_that_were_taken(database: Database) -> None:
    key = posted(database)
    take(database, csv(row(1, "引受"), row(2, "お届け済み", number="131-12-38385-3")))
    assert state(database, key) == "posted"
    done = take(database, csv(row(1, "引受"), row(2, "お届け済み")))
    assert (done.new, done.refused, state(database, key)) == (1, 0, "delivered")


def test_more_bad_rows_than_good_ones_refuse_the_whole_file(sqlite_database: Database) -> None:
    key = posted(sqlite_database)
    bad = [line for line, _fault in BAD_LINES[:2]]
    with pytest.raises(InputError, match=r"2件.*何も変えていません(.|\n)*3行目: .*まちがい"):
        take(sqlite_database, csv(row(2, "お届け済み"), *bad))
    assert state(sqlite_database, key) == "posted"
    assert take(sqlite_database, csv(row(1, "引受"), row(2, "お届け済み"), *bad)).refused == 2


def test_a_file_that_ends_within_a_row_was_cut_and_is_refused(sqlite_database: Database) -> None:
    key = posted(sqlite_database)
    whole = "\r\n".join((HEADER, row(1, "引受"), row(2, "お届け済み"))).encode("cp932")
    with pytest.raises(InputError, match="途中で終わって"):
        take(sqlite_database, CsvFeed(whole[:-30]))
    assert state(sqlite_database, key) == "posted"
    take(sqlite_database, CsvFeed(whole))
    assert state(sqlite_database, key) == "delivered"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "見出し"),
        (b"a,b\r\n", "見出し"),
        (b"\x81", "文字コード"),
        (f'{HEADER}\r\n"'.encode(), "CSV"),
    ],
)
def test_no_file_of_the_post(sqlite_database: Database, data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        take(sqlite_database, CsvFeed(data))


@pytest.mark.parametrize(
    "written", ["１３１－１２－３８３８５－２", "131 12 38385 2", "13112383852"]
)
@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-8"])
def test_widths_hyphens_and_encodings(
    sqlite_database: Database, written: str, encoding: str
) -> None:
    key = posted(sqlite_database)
    take(sqlite_database, csv(row(2, "お届け済み", number=written), encoding=encoding))
    assert state(sqlite_database, key) == "delivered"


def test_every_word_of_the_post_is_known_whatever_its_spaces() -> None:
    for word, status in WORDS.items():
        assert read_word(f" {word[0]}　{word[1:]} ") is status
    assert read_word("お問い合わせ番号が見つかりません") is Status.UNKNOWN


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=st.lists(st.integers(0, 15), min_size=1, max_size=6), data=st.data())
def test_the_order_of_files_never_matters(
    sqlite_database: Database, days: Sequence[int], data: st.DataObject
) -> None:
    words = [
        data.draw(st.sampled_from([w for w, s in WORDS.items() if s in DECISIVE])) for _day in days
    ]
    seed = data.draw(st.integers(0, 10**6))
    lines = list({day: row(day, word) for day, word in zip(days, words, strict=True)}.values())
    ends = []
    for turn in range(2):
        number = f"{2_000_000_000 + turn * 7_000_000 + seed}"
        number += str(int(number) % 7)
        with sqlite_database.read() as session:
            if (
                session.scalar(select(Shipment.id).where(Shipment.tracking_no == number))
                is not None
            ):
                return
        key = posted(sqlite_database, number)
        shuffled = Random(seed + turn).sample(lines, len(lines))
        together = [line.replace("131-12-38385-2", number) for line in shuffled]
        conflicts = sum(take(sqlite_database, csv(line)).conflicts for line in together)
        ends.append((state(sqlite_database, key), conflicts > 0))
    # after a delivery nothing else can happen: people are shown such a story, in whatever order it
    # came
    assert ends[0] == ends[1] or (ends[0][1] and ends[1][1])
