"""Posts the demo's letters: most are delivered, some wait at the post office, a few come back."""

from datetime import date, timedelta

from sqlalchemy import select

from portal.demo.letters import DemoLetter
from portal.demo.sheets import tracking_sheet
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.transfers.services import announce
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.mail import SIMPLE_REGISTERED, STORAGE_ENDED
from portal.domain.mailroom.printing.dispatch.entries import Entry, Posting
from portal.domain.mailroom.printing.dispatch.posting import post_letters
from portal.domain.mailroom.returned_mail.receiving import Pile, default_keep_until, receive
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest
from portal.platform.site import Site

POSTED_BEFORE, LABELS = timedelta(days=11), 3_110_000_000
HEADER = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"
OFFICE = "みなも郵便局"
ABSENT_AT, RETURNED_AT = (7, 31), (19, 43)
"""Letters of the run, by position: those that nobody accepted, and those that came back."""


def send_letters(site: Site, letter: DemoLetter, officer: Actor) -> None:
    """Post the run of a letter, import its tracking, and receive two letters that came back.

    The letter itself, which is the visitor's, is delivered.
    """
    with site.database.write() as session:
        now = site.clock.now(session)
        day = jst_date(now) - POSTED_BEFORE
        rows = session.execute(
            select(Letter.number, Letter.household_id)
            .where(Letter.print_run_id == letter.run_id, Letter.state == "handed_over")
            .order_by(Letter.id)
        ).all()
        entries = [Entry(number, _label(place)) for place, (number, _household) in enumerate(rows)]
        post_letters(site.work(session, officer, now), entries, Posting(day, SIMPLE_REGISTERED))
        lines = [HEADER]
        for place, (_number, household_id) in enumerate(rows):
            lines += _story(_label(place), 0 if household_id == letter.household_id else place, day)
        feed = CsvFeed("\r\n".join(lines).encode("cp932"))
        announce(site.work(session, officer, now), tracking_sheet(feed, len(lines) - 1))
        ingest(site.work(session, officer, now), feed)
        for place in RETURNED_AT:
            if place < len(rows) and rows[place].household_id != letter.household_id:
                _receive_back(site.work(session, officer, now), rows[place].number)


def _label(place: int) -> str:
    body = str(LABELS + place)
    return body + str(int(body) % 7)


def _story(label: str, place: int, day: date) -> list[str]:
    def line(after: int, word: str, detail: str = "") -> str:
        return f"{label},{day + timedelta(days=after):%Y/%m/%d},{word},{detail},{OFFICE}"

    begin = [line(0, "引受"), line(1, "到着")]
    if place in ABSENT_AT:
        # absent yesterday as the demo sees it: the post office keeps it for some days more
        return [*begin, line(9, "ご不在のため持ち戻り"), line(9, "保管")]
    if place in RETURNED_AT:
        return [
            *begin,
            line(2, "ご不在のため持ち戻り"),
            line(9, "差出人に返送", "保管期間が経過したため"),
        ]
    return [*begin, line(2 + place % 4, "お届け先にお届け済み")]


def _receive_back(work: Work, number: str) -> None:
    day = jst_date(work.now) - timedelta(days=1)
    pile = Pile(STORAGE_ENDED, "A-1", day, default_keep_until(work.program, day))
    receive(work, number, pile)
