"""All checks, in the order in which they are made, and how they are run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.copies import check_backups, check_copies, check_drills
from portal.platform.selfcheck.database import check_database
from portal.platform.selfcheck.findings import Finding, worst_first, wrong
from portal.platform.selfcheck.jobs import check_jobs
from portal.platform.selfcheck.messages import check_consents, check_messages
from portal.platform.selfcheck.program import check_program_texts
from portal.platform.selfcheck.subject import Subject


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: Its name, stable for machines; what it cannot open is reported under it.
        function: Yields what it finds.
        at_start: Whether an error of it keeps a site from starting.
    """

    name: str
    function: Callable[[Subject], Iterable[Finding]]
    at_start: bool = False


CHECKS: tuple[Check, ...] = (
    Check("database", check_database),
    Check("program", check_program_texts),
    Check("jobs", check_jobs),
    Check("senders", check_consents, at_start=True),
    Check("messages", check_messages),
    Check("backups", check_backups),
    Check("drills", check_drills),
    Check("copies", check_copies),
)


def run(subject: Subject, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Make the checks; return what they found, worst first.

    What keeps several checks from working is said once.
    """
    found: dict[str, Finding] = {}
    for check in checks:
        for finding in _made(check, subject):
            found.setdefault(finding.sentence, finding)
    return worst_first(list(found.values()))


def _made(check: Check, subject: Subject) -> Iterator[Finding]:
    try:
        yield from check.function(subject)
    except DomainError as error:
        yield wrong(check.name, error.message, "")
    except SQLAlchemyError:
        yield wrong(
            check.name,
            _s("データベースに接続できません。"),
            _s("PORTAL_DATABASE_URL と、データベースの状態を確かめてください。"),
        )
