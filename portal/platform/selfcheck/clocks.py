"""Do this machine and the database agree on the time? Deadlines and codes use the database's."""

from collections.abc import Iterator
from datetime import UTC, datetime

from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject

NOTICED, TOO_MUCH = 2.0, 30.0
"""Seconds of difference: a warning, and an error. A one-time code changes every 30 seconds."""


def check_clocks(subject: Subject) -> Iterator[Finding]:
    """Yield how far the clocks of this machine and of the database are apart."""
    before = datetime.now(UTC)
    with subject.database.read() as session:
        theirs = DatabaseClock().now(session)
    after = datetime.now(UTC)
    # the database looked at its clock at some moment between ours
    apart = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    sentence = _s("この機械とデータベースの時計の差: %(seconds).1f秒") % {"seconds": apart}
    advice = _s("両方の機械で、時刻を合わせるサービス（NTP）が動いているか確かめてください。")
    if apart > TOO_MUCH and subject.settings.in_production:
        yield wrong("clocks", sentence, advice)
    elif apart > NOTICED:
        yield doubtful("clocks", sentence, advice)
    else:
        yield well("clocks", sentence)
