"""All checks, in the order in which they are made, and how they are run."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.texts import _s
from portal.platform.disposed import has_begun
from portal.platform.lost import is_lost
from portal.platform.selfcheck.addresses import (
    check_https,
    check_passkeys,
    check_proxies,
    check_staff_networks,
)
from portal.platform.selfcheck.audit import check_audit
from portal.platform.selfcheck.clocks import check_clocks
from portal.platform.selfcheck.contract import check_agreements, check_availability
from portal.platform.selfcheck.copies import check_backups, check_copies, check_drills
from portal.platform.selfcheck.database import check_database, check_durability
from portal.platform.selfcheck.disclosure import check_disclosure
from portal.platform.selfcheck.disposal import check_disposal, check_disposed_households
from portal.platform.selfcheck.files import check_disk, check_modes
from portal.platform.selfcheck.findings import Finding, worst_first, wrong
from portal.platform.selfcheck.jobs import check_jobs
from portal.platform.selfcheck.key_ages import check_key_ages, check_separation
from portal.platform.selfcheck.keys import check_all_keys, check_papers
from portal.platform.selfcheck.messages import check_consents, check_messages
from portal.platform.selfcheck.openings import check_openings
from portal.platform.selfcheck.outside import check_senders
from portal.platform.selfcheck.program import check_program_texts
from portal.platform.selfcheck.search import check_search
from portal.platform.selfcheck.subject import Subject
from portal.platform.selfcheck.telephone import check_telephone
from portal.platform.selfcheck.tested import check_test_results
from portal.platform.selfcheck.watching import check_certificates, check_metrics


class Check(Struct, frozen=True):
    """One check.

    Attributes:
        name: Its name, stable for machines; what it cannot open is reported under it.
        function: Yields what it finds.
        at_start: Whether an error of it keeps a site from starting. Tables, keys and program are
            looked at before (``platform/startup.py``).
    """

    name: str
    function: Callable[[Subject], Iterable[Finding]]
    at_start: bool = False


CHECKS: tuple[Check, ...] = (
    Check("database", check_database),
    Check("keys", check_all_keys),
    Check("key_papers", check_papers),
    Check("key_ages", check_key_ages),
    Check("key_separation", check_separation),
    Check("program", check_program_texts),
    Check("jobs", check_jobs),
    Check("audit", check_audit),
    Check("openings", check_openings),
    Check("consents", check_consents, at_start=True),
    Check("messages", check_messages),
    Check("telephone", check_telephone, at_start=True),
    Check("backups", check_backups),
    Check("drills", check_drills),
    Check("copies", check_copies),
    Check("disposed_households", check_disposed_households, at_start=True),
    Check("https", check_https, at_start=True),
    Check("passkeys", check_passkeys),
    Check("proxies", check_proxies, at_start=True),
    Check("staff_networks", check_staff_networks),
    Check("modes", check_modes, at_start=True),
    Check("durability", check_durability, at_start=True),
    Check("clocks", check_clocks, at_start=True),
    Check("disk", check_disk),
    Check("search", check_search),
    Check("senders", check_senders),
    Check("metrics", check_metrics),
    Check("certificates", check_certificates),
    Check("security_txt", check_disclosure),
    Check("agreements", check_agreements),
    Check("availability", check_availability),
    Check("test_results", check_test_results),
)
AT_START = tuple(check for check in CHECKS if check.at_start)
DISPOSED = (Check("disposal", check_disposal),)
"""What is checked once a disposal has begun: all else looks for what is to be gone."""


def run(subject: Subject, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Make the checks; return what they found, worst first.

    What keeps several checks from working is said once.
    """
    found: dict[str, Finding] = {}
    for check in DISPOSED if _is_disposed(subject) else checks:
        for finding in _made(check, subject):
            found.setdefault(finding.sentence, finding)
    return worst_first(list(found.values()))


def _is_disposed(subject: Subject) -> bool:
    try:
        with subject.database.read() as session:
            return has_begun(session)
    except (DomainError, SQLAlchemyError):
        return False  # the checks themselves say what is wrong with the database


def _made(check: Check, subject: Subject) -> Iterator[Finding]:
    try:
        yield from check.function(subject)
    except DomainError as error:
        yield wrong(check.name, error.message, "")
    except SQLAlchemyError as error:
        yield _of_database(check, error)


def _of_database(check: Check, error: SQLAlchemyError) -> Finding:
    """Return what a check met: a database that is away, or a fault of the check itself."""
    if is_lost(error):
        return wrong(
            check.name,
            _s("データベースに接続できません。"),
            _s("PORTAL_DATABASE_URL と、データベースの状態を確かめてください。"),
        )
    return wrong(
        check.name,
        _s("点検「%(name)s」は、プログラムの誤り（%(kind)s）で終わりませんでした。")
        % {"name": check.name, "kind": type(error).__name__},
        _s("このプログラムの版とこの理由を添えて、開発者に知らせてください。"),
    )
