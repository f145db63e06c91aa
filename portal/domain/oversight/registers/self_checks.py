"""The dated self-checks of clause 12(4): what was looked at, when, by whom, and what was found.

``portal selfcheck --record`` makes those that a program can make; a person looks through the rights
of all accounts. Each is due again after a month, and one that found something stays red until it is
made again and finds nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed_texts import optional, writer
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.oversight.registers.kinds import MONTH
from portal.domain.oversight.registers.models import SelfCheck
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.queries import staff_names

STALE = timedelta(days=60)
"""An account that nobody used for so long should be closed; the number is our choice."""
SOON = timedelta(days=7)
NOTE_MAX = 500
PLACE = "self_check"


class CheckSubject(Labeled):
    """What is looked at, as staff and the ward read it."""

    RIGHTS = "rights", lambda: _s("利用者と権限の見直し")
    ACCOUNTS = "accounts", lambda: _s("使われていないアカウント")
    KEYS = "keys", lambda: _s("鍵の年齢と置き場所")
    BACKUP = "backup", lambda: _s("バックアップと、復元の訓練")
    CHAIN = "chain", lambda: _s("操作の記録の封印と控え")
    CERTIFICATES = "certificates", lambda: _s("サイトの証明書と、会社の認証")


BY_PEOPLE = frozenset({CheckSubject.RIGHTS})
"""What only a person can judge."""


class Standing(Struct, frozen=True):
    """The last check of a subject, if there was one; ``wanting`` is what it found, in sentences."""

    subject: CheckSubject
    at: datetime | None
    day: date | None
    person: str
    wanting: tuple[str, ...]
    note: str
    next_due: date | None
    today: date

    @property
    def is_late(self) -> bool:
        """Whether it was never made, or not for more than a month."""
        return self.next_due is None or self.next_due < self.today

    @property
    def is_coming(self) -> bool:
        """Whether it is due within a week."""
        return self.next_due is not None and self.today <= self.next_due < self.today + SOON

    @property
    def by_a_person(self) -> bool:
        """Whether a person makes it."""
        return self.subject in BY_PEOPLE


def standings(work: Work) -> list[Standing]:
    """Return the last check of each subject."""
    newest = select(func.max(SelfCheck.id)).group_by(SelfCheck.subject)
    rows = {
        row.subject: row
        for row in work.session.scalars(select(SelfCheck).where(SelfCheck.id.in_(newest)))
    }
    names = staff_names(work.session, {row.made_by for row in rows.values() if row.made_by})
    return [_shown(work, subject, rows.get(subject), names) for subject in CheckSubject]


def _shown(
    work: Work, subject: CheckSubject, row: SelfCheck | None, names: dict[int, str]
) -> Standing:
    today = jst_date(work.now)
    if row is None:
        return Standing(subject, None, None, "", (), "", None, today)
    texts = unseal_json(work.vault.unwrap(row.wrapped_key), row.sealed, PLACE)
    day = jst_date(row.made_at)
    person = names.get(row.made_by, "") if row.made_by else _s("自動（portal selfcheck --record）")
    return Standing(
        subject,
        row.made_at,
        day,
        person,
        tuple(texts["wanting"]),
        texts["note"],
        day + MONTH,
        today,
    )


def review_rights(work: Work, wanting: str, note: str) -> SelfCheck:
    """Record that a person looked through the rights of all accounts, and what is to be mended.

    Raises:
        InputError: a text is too long; the code names it.
        NotAllowedError: the actor has no account.
    """
    writer(work.actor)
    found = optional(wanting, "wanting", NOTE_MAX)
    return record_check(
        work, CheckSubject.RIGHTS, [found] if found else [], optional(note, "note", NOTE_MAX)
    )


def record_check(
    work: Work, subject: CheckSubject, wanting: Sequence[str], note: str = ""
) -> SelfCheck:
    """Record a check: what it found wanting, in sentences without anybody's data.

    Raises:
        InputError: a program cannot make this check.
    """
    if subject in BY_PEOPLE and work.actor.id is None:
        raise InputError(_s("この点検は、人が行います。"), code="subject")
    key, wrapped = work.vault.new_data_key()
    row = SelfCheck(
        subject=subject.value,
        made_at=work.now,
        made_by=work.actor.id,
        wanting=len(wanting),
        wrapped_key=wrapped,
        sealed=seal_json(key, {"wanting": list(wanting), "note": note}, PLACE),
    )
    work.session.add(row)
    work.session.flush()
    record(
        work,
        "self_check.made",
        "self_check",
        row.id,
        about=subject.value,
        wanting=len(wanting),
    )
    return row


def stale_accounts(session: Session, now: datetime) -> int:
    """Return how many accounts are open that nobody used for sixty days."""
    last = func.coalesce(StaffUser.last_sign_in_at, StaffUser.created_at)
    count = select(func.count()).where(StaffUser.active, last < now - STALE)
    return session.scalar(count) or 0
