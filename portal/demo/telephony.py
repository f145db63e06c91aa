"""Counts of an invented telephone system, as figures for the board and the monthly report."""

from collections.abc import Iterator
from datetime import date, timedelta

from portal.domain.contacts.telephony.importer import Delivery, store
from portal.domain.contacts.telephony.kinds import Source
from portal.domain.contacts.telephony.kpi import Counts
from portal.domain.contacts.telephony.queries import missing_days, open_halves
from portal.domain.contacts.telephony.row_reader import CountRow
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import JST, jst_date
from portal.platform.site import Site

LANGUAGES = (("ja", 2, 3), ("en", 0, 2), ("zh", 0, 2), ("ko", 0, 2))
"""Languages of the lines: the fewest calls in a half hour, and how far their number varies."""
CROWDED = 9
"""The last half hours of the last whole day, when more people called than could be answered."""


def add_call_counts(site: Site, supervisor: Actor) -> None:
    """Import the counts of every open day; those of today end with the last whole half hour."""
    with site.database.write() as session:
        now = site.clock.now(session)
        today = jst_date(now)
        before = missing_days(
            site.work(session), site.program.contract.first_day, today - timedelta(days=1)
        )
        over = now.astimezone(JST).hour * 2 + now.astimezone(JST).minute // 30
        rows: list[CountRow] = []
        for day in (*before, today):
            span = open_halves(site.program.calendar, day)
            if span is not None:
                last = min(span[1], over) if day == today else span[1]
                crowded = span[1] - CROWDED if before and day == before[-1] else span[1]
                rows += _day(day, range(span[0], last), crowded)
        store(site.work(session, supervisor, now), rows, Delivery(Source.FILE))


def _day(day: date, halves: range, crowded: int) -> Iterator[CountRow]:
    """Yield the counts of a day's half hours, of which those from ``crowded`` on lose calls."""
    for half in halves:
        for place, (language, least, spread) in enumerate(LANGUAGES):
            turn = day.day * 5 + half * 3 + day.day * half // (2 + place)
            offered = least + turn % spread
            lost = (offered + 1) // 2 if half >= crowded else min(offered, turn % 19 // 18)
            answered = offered - lost
            counts = Counts(
                offered,
                answered,
                lost,
                busy=0,
                short_abandoned=0,
                within=answered - min(answered, turn % 7 // 6),
                talk=answered * (200 + half * 2),
                after_call=answered * 55,
            )
            yield CountRow(day, half, language, "", counts)
