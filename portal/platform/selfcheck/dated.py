"""The self-checks that clause 12(4) wants made and dated, as far as a program can make them."""

from collections.abc import Callable, Iterable, Mapping

from portal.domain.foundation.texts import _s
from portal.domain.oversight.registers.dues import dues
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.self_checks import CheckSubject, stale_accounts
from portal.platform.selfcheck.audit import check_audit
from portal.platform.selfcheck.contract import work_of
from portal.platform.selfcheck.copies import check_backups, check_copies, check_drills
from portal.platform.selfcheck.findings import Finding, Level, doubtful, wrong
from portal.platform.selfcheck.key_ages import check_key_ages, check_separation
from portal.platform.selfcheck.subject import Subject
from portal.platform.selfcheck.watching import check_certificates


def check_accounts(subject: Subject) -> Iterable[Finding]:
    """Yield how many accounts nobody used for long."""
    with subject.database.read() as session:
        count = stale_accounts(session, subject.clock.now(session))
    if count:
        yield doubtful(
            "accounts",
            _s("60日以上使われていないアカウントが、%(n)d 個あります。") % {"n": count},
            _s("職員の画面「職員」で確かめ、要らないアカウントを止めてください。"),
        )


def check_company_certificates(subject: Subject) -> Iterable[Finding]:
    """Yield what is late in the register of certificates."""
    with subject.database.read() as session:
        found = dues(work_of(subject, session))
    for due in found:
        if due.late and due.kind is RegisterKind.CERTIFICATE:
            yield wrong("certificates", due.sentence, _s("「契約の台帳」で記録してください。"))


DATED: Mapping[CheckSubject, tuple[Callable[[Subject], Iterable[Finding]], ...]] = {
    CheckSubject.ACCOUNTS: (check_accounts,),
    CheckSubject.KEYS: (check_key_ages, check_separation),
    CheckSubject.BACKUP: (check_backups, check_drills, check_copies),
    CheckSubject.CHAIN: (check_audit,),
    CheckSubject.CERTIFICATES: (check_certificates, check_company_certificates),
}


def look_at(subject: Subject, what: CheckSubject) -> list[str]:
    """Return what is wanting now, in sentences."""
    found = [one for check in DATED[what] for one in check(subject)]
    return [one.sentence for one in found if one.level is not Level.OK]
