"""Files of labels: one bad row refuses itself, the others are posted, and none is posted twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError
from portal.domain.mailroom.printing.dispatch.entries import Posting, RefusedEntry
from portal.domain.mailroom.printing.dispatch.posting import Posted, post_file
from portal.platform.database import Database
from tests.functional.mailroom.posting.test_posting import HEAD, SIMPLE, TODAY, numbers, shipments
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.mailroom.archives import MailHouse, make_mail_house
from tests.support.work import work_in

WRONG = "13112383853"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> MailHouse:
    return make_mail_house(database, tmp_path)


def labels(house: MailHouse, letters: int) -> list[tuple[str, str]]:
    """Letters that were handed over, each with a label."""
    run_id, _people = house.run(letters, handed_over=True)
    return [(number, tracking_no(at)) for at, number in enumerate(numbers(house, run_id), 1)]


def hand_in(
    house: MailHouse, *rows: tuple[str, str], end: str = "\r\n", mail_class: str = SIMPLE
) -> Posted:
    data = "\r\n".join([HEAD, *(",".join(row) for row in rows)]) + end
    with house.database.write() as session:
        work = work_in(session, house.officer)
        return post_file(work, data.encode("cp932"), Posting(TODAY, mail_class))


def test_a_bad_row_refuses_itself_and_the_corrected_file_posts_nothing_twice(
    house: MailHouse,
) -> None:
    first, second, third = labels(house, 3)
    done = hand_in(house, first, (second[0], WRONG), third)
    assert (done.letters, done.recorded) == (2, 0)
    (refused,) = done.refused
    assert refused.line == 3
    assert "まちがい" in refused.sentence
    for written in (*second, WRONG):
        assert written not in refused.sentence
    assert hand_in(house, first, second, third) == Posted(1, 2)
    assert hand_in(house, first, second, third) == Posted(0, 3)
    assert sorted(label or "" for label, *_rest in shipments(house)) == sorted(
        label for _number, label in (first, second, third)
    )
    with house.database.read() as session:
        entered = select(AuditEvent).where(AuditEvent.action == "posting.entered")
        details = [row.detail for row in session.scalars(entered.order_by(AuditEvent.id))]
    assert [(one["count"], one["refused"]) for one in details] == [(2, 1), (1, 0)]


def test_only_the_corrected_rows_may_be_handed_in(house: MailHouse) -> None:
    first, second = labels(house, 2)
    assert hand_in(house, first, (second[0], WRONG)).letters == 1
    assert hand_in(house, second) == Posted(1)


def test_of_two_rows_about_one_letter_or_with_one_label_neither_is_posted(
    house: MailHouse,
) -> None:
    first, second, third, fourth, fifth, sixth, seventh, eighth = labels(house, 8)
    done = hand_in(
        house,
        first,
        second,
        third,
        fourth,
        (fifth[0], sixth[1]),
        sixth,
        seventh,
        (seventh[0], eighth[1]),
    )
    assert done.letters == 4
    assert done.refused == (
        RefusedEntry(6, "このお問い合わせ番号は、ほかの行にもあります。"),
        RefusedEntry(7, "このお問い合わせ番号は、ほかの行にもあります。"),
        RefusedEntry(8, "この手紙は、ほかの行にもあります。"),
        RefusedEntry(9, "この手紙は、ほかの行にもあります。"),
    )
    assert len(shipments(house)) == 4


def test_a_letter_that_was_posted_with_another_label_refuses_its_row(house: MailHouse) -> None:
    first, second, third, fourth = labels(house, 4)
    assert hand_in(house, first).letters == 1
    done = hand_in(house, (first[0], second[1]), second, third, fourth)
    assert (done.letters, [one.line for one in done.refused]) == (2, [2, 3])


def test_a_file_that_was_cut_or_is_another_one_is_refused_whole(house: MailHouse) -> None:
    first, second, third = labels(house, 3)
    with pytest.raises(InputError, match="4行目"):
        hand_in(house, first, second, (third[0], third[1][:-1]), end="")
    with pytest.raises(InputError, match=r"2件[\s\S]*3行目[\s\S]*4行目"):
        hand_in(house, first, (second[0], WRONG), (third[0], WRONG))
    with pytest.raises(InputError, match="12桁"):
        hand_in(house, first, second, mail_class="parcel")
    assert shipments(house) == []


def test_two_who_hand_in_the_same_file_post_each_letter_once(house: MailHouse) -> None:
    rows = labels(house, 3)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _n: hand_in(house, *rows), range(2)))
    assert sorted((one.letters, one.recorded) for one in done) == [(0, 3), (3, 0)]
    assert len(shipments(house)) == 3
