"""Is the database there, with the tables of this version, and can it be read?"""

from collections.abc import Iterator

from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, well
from portal.platform.selfcheck.subject import Subject


def check_database(subject: Subject) -> Iterator[Finding]:
    """Yield what is known of the database and its tables."""
    with subject.database.read() as session:
        subject.clock.now(session)
    yield well("database", _s("データベースにつながり、表はこの版のものです。"))
