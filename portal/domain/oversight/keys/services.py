"""When keys were replaced, on record, and when an earlier one may go."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.key_ring import KeyFile, fingerprint
from portal.domain.foundation.program.deployment import deployment
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.authn.sessions import LIFETIMES

SUBJECT, MADE, ROTATED = "key", "key.made", "key.rotated"
REPLACEABLE = ("kek", "index", "pepper", "token")
"""The keys that can be replaced; ``index`` while the sites stand still, the others meanwhile."""
OLD = timedelta(days=365)
"""From this age on a key is to be replaced."""
SESSIONS_END = max(lifetime.absolute for lifetime in LIFETIMES.values())
"""After this time no session holds anything that was sealed or signed before."""
KEPT = {"index": max(SESSIONS_END, timedelta(seconds=throttles.UNKNOWN_DEVICE.seconds))}
"""How long an earlier key is kept: tries of IDs that do not exist are counted on for a day."""


class Age(Struct, frozen=True):
    """Since when a key is the newest of its name."""

    since: datetime

    def days(self, now: datetime) -> int:
        """Return its age in whole days."""
        return (now - self.since).days

    def is_old(self, now: datetime) -> bool:
        """Tell whether it is to be replaced."""
        return now - self.since > OLD


def age_of(session: Session, name: str) -> Age | None:
    """Return since when the newest key of a name seals or signs; None before the first start."""
    known = deployment(session)
    if known is None:
        return None
    rotated = [event.at for event in _events(session, ROTATED, name)]
    return Age(max(rotated, default=known.created_at))


def is_rotated(session: Session, name: str, file_name: str) -> bool:
    """Tell whether it is on record that this key is used; the first key of a name needs none."""
    return file_name == f"{name}.key" or file_name in _used(session, name)


def check_may_begin(session: Session, name: str, here: set[str]) -> None:
    """Refuse to make another key where the one in use has not been copied to.

    ``here`` are the names of the key's files on this machine.

    Raises:
        WrongStateError: the message names the file.
    """
    if missing := [file for file in _used(session, name)[-1:] if file not in here]:
        raise WrongStateError(
            _s(
                "いま使っている鍵 %(file)s が、この機械にありません。先に写してください。"
                "紙から戻した鍵なら、ファイルをこの名前に変えてください。"
            )
            % {"file": missing[0]}
        )


def check_is_the_one(session: Session, name: str, key: KeyFile) -> None:
    """Refuse a coming key that is not the one that was made last: another machine has that one.

    Raises:
        WrongStateError: the message names the file.
    """
    made = [event.detail["fingerprint"] for event in _events(session, MADE, name)]
    if made[-1:] != [fingerprint(key.read())]:
        raise WrongStateError(
            _s(
                "この機械の %(file)s は、最後に作った鍵ではありません。消して、作った機械から"
                "写してください。"
            )
            % {"file": key.path.name}
        )


def _used(session: Session, name: str) -> list[str]:
    return [event.detail["file"] for event in _events(session, ROTATED, name)]


def _events(session: Session, action: str, name: str) -> list[AuditEvent]:
    statement = (
        select(AuditEvent)
        .where(AuditEvent.subject == SUBJECT, AuditEvent.action == action)
        .order_by(AuditEvent.id)
    )
    return [event for event in session.scalars(statement) if event.detail.get("name") == name]


def note_made(work: Work, name: str, key: KeyFile) -> None:
    """Record that a coming key was made."""
    mark, file_name = fingerprint(key.read()), key.path.with_suffix(".key").name
    record(work, MADE, SUBJECT, name=name, file=file_name, fingerprint=mark)


def note_rotated(work: Work, name: str, file_name: str) -> None:
    """Record that another key of a name seals or signs from now on."""
    record(work, ROTATED, SUBJECT, name=name, file=file_name)


def note_sealed_anew(work: Work, name: str, rows: int) -> None:
    """Record how many rows were sealed, or hashed, with the newest key."""
    record(work, "key.sealed_anew", SUBJECT, name=name, rows=rows)


def note_destroyed(work: Work, name: str, file_name: str) -> None:
    """Record that an earlier key was destroyed on this machine."""
    record(work, "key.destroyed", SUBJECT, name=name, file=file_name)


def check_sessions_ended(work: Work, name: str) -> None:
    """Refuse to take away a key under which somebody may still be signed in.

    Raises:
        WrongStateError: the newest key is not old enough.
    """
    age, kept = age_of(work.session, name), KEPT.get(name, SESSIONS_END)
    if age is None or work.now - age.since < kept:
        raise WrongStateError(
            _s(
                "まだ前の鍵で始まったサインインが続いているかもしれません。"
                "新しい鍵を使い始めてから%(hours)d時間たったら、もう一度実行してください。"
            )
            % {"hours": kept // timedelta(hours=1)}
        )
