"""A mail server that dies, is busy, refuses or is slow at every step of a mail (F8)."""

import email
import itertools
from dataclasses import dataclass
from functools import partial

import pytest

from portal.domain.people.notices.states import MessageState
from portal.platform.database import Database
from portal.platform.senders.smtp import SmtpSender
from tests.functional.people.notices.sender_support import MAIL_FROM, Workers, workers
from tests.functional.people.notices.support import put, row_of
from tests.support.programs.mail_script import Turn, scripted_mail
from tests.support.programs.servers import until

__all__ = ["workers"]
LIMIT = 1.0
"""Seconds that this sender waits for an answer."""
HOURS = 10 * 60
ENDED = frozenset({MessageState.SENT, MessageState.GIVEN_UP})


@dataclass(frozen=True)
class Fate:
    """What becomes of a mail.

    Attributes:
        copies: How often it came whole.
        state: What its row says at the end.
        tries: How often it was handed over, or was to be.
    """

    copies: int
    state: MessageState
    tries: int


LATER = Fate(1, MessageState.SENT, 2)
AT_ONCE = Fate(1, MessageState.SENT, 1)
NEVER = Fate(0, MessageState.GIVEN_UP, 1)
FATES = {
    Turn.TAKES: AT_ONCE,
    Turn.SILENT: LATER,
    Turn.BUSY_AT_ONCE: LATER,
    Turn.BUSY_RECIPIENT: LATER,
    Turn.NO_RECIPIENT: NEVER,
    Turn.DIES_IN_DATA: LATER,
    Turn.DIES_BEFORE_ANSWER: Fate(2, MessageState.SENT, 2),
    Turn.BUSY_AFTER_DATA: LATER,
    Turn.REFUSES_AFTER_DATA: NEVER,
    Turn.SLOW: AT_ONCE,
    Turn.DIES_AFTER_ANSWER: AT_ONCE,
    Turn.SILENT_AFTER_ANSWER: AT_ONCE,
}


def test_every_way_of_the_server_has_a_fate() -> None:
    assert set(FATES) == set(Turn)


def has_ended_try(database: Database, number: int) -> bool:
    row = row_of(database)
    return row.tries >= number and row.state != MessageState.SENDING


def play(database: Database, workers: Workers, *script: Turn) -> tuple[Fate, set[str]]:
    """Send a mail to a server with a script; return what became of it, and its Message-IDs."""
    with scripted_mail(script) as mail:
        put(database, kind="email", minutes=HOURS)
        worker = workers.start(database, email=SmtpSender(mail.url, MAIL_FROM, timeout=LIMIT))
        for tries in itertools.count(1):
            worker.nudge()
            until(partial(has_ended_try, database, tries))
            if row_of(database).state in ENDED:
                break
            workers.clock.advance(minutes=60)
        row = row_of(database)
        ids = {str(email.message_from_bytes(one)["Message-ID"]) for one in mail.whole}
        assert len(mail.played) == row.tries
        return Fate(len(mail.whole), MessageState(row.state), row.tries), ids


@pytest.mark.parametrize("turn", Turn)
def test_f8_a_mail_is_sent_at_least_once_and_its_row_says_what_became_of_it(
    database: Database, workers: Workers, turn: Turn
) -> None:
    fate, ids = play(database, workers, turn)
    assert fate == FATES[turn]
    assert len(ids) == min(fate.copies, 1), "two copies are not known as the same mail"


def test_f8_a_mail_outlives_a_server_that_fails_in_many_ways_one_after_the_other(
    database: Database, workers: Workers
) -> None:
    failing = [turn for turn, fate in FATES.items() if fate == LATER][:4]
    fate, _ids = play(database, workers, *failing)
    assert fate == Fate(1, MessageState.SENT, len(failing) + 1)
