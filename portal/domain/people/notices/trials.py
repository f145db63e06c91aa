"""Trials of the ways that send messages: a way counts as tried live once a real one accepted."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.texts import _, plain, use_locale
from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.notices.messages import Message, signature_of
from portal.domain.people.notices.models import OutboxMessage, SenderTrial
from portal.domain.people.notices.services import Claim, Outgoing, claim_row, enqueue

LIFE = timedelta(hours=24)
PURPOSE = "trial."
WAY_LENGTH = 120
SAMPLE = "髙橋・简体・한글"
"""A kanji that Shift_JIS lacks, simplified Chinese, Korean."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One message of a trial, claimed for the command that sends it."""

    locale: str
    claim: Claim = field(repr=False)


def prepare(work: Work, kind: str, address: str, lease: timedelta) -> list[Trial]:
    """Put one message of each language into the outbox, claimed: no worker takes them.

    They are rows like all others, so that their delivery results are seen as well.
    """
    return [_prepare(work, kind, address, locale, work.now + lease) for locale in RESIDENT_LOCALES]


def _prepare(work: Work, kind: str, address: str, locale: str, until: datetime) -> Trial:
    with use_locale(locale):
        message = trial_message(work, kind)
    key = f"trial:{kind}:{locale}:{work.now.timestamp():.6f}"
    out = Outgoing(kind, PURPOSE + locale, address, message, key, None, work.now + LIFE)
    row = enqueue(work, out)
    trial = Trial(locale, claim_row(work, row, until))
    work.session.flush()
    return trial


def trial_message(work: Work, kind: str) -> Message:
    """Return the text of a trial in the current language: letters that only Unicode carries."""
    sender = signature_of(work.program)
    text = plain(_("試しの送信です。この文字が読めますか：%(sample)s")) % {"sample": SAMPLE}
    if kind == CodeChannel.SMS:
        return Message(None, f"{sender.short} {text}")
    return Message(plain(_("試しの送信")), f"{text}\n\n{sender.full}\n")


def keep_trial(work: Work, kind: str, way: str, *, accepted: int, refused: int) -> None:
    """Record how a trial ended, and an audit event of it."""
    row = SenderTrial(
        kind=kind, way=way[:WAY_LENGTH], tried_at=work.now, accepted=accepted, refused=refused
    )
    work.session.add(row)
    work.session.flush()
    record(
        work,
        "sender.tried",
        "sender_trial",
        row.id,
        kind=kind,
        way=row.way,
        accepted=accepted,
        refused=refused,
    )


def tried_live(session: Session, kind: str, way: str) -> datetime | None:
    """Return when a trial of this way was last accepted whole (UTC); None: not tried live."""
    return session.scalar(
        select(SenderTrial.tried_at)
        .where(
            SenderTrial.kind == kind,
            SenderTrial.way == way[:WAY_LENGTH],
            SenderTrial.accepted > 0,
            SenderTrial.refused == 0,
        )
        .order_by(SenderTrial.id.desc())
        .limit(1)
    )


def trial_states(session: Session, message_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Return state and last reason of the messages of a trial, by their keys."""
    rows = session.execute(
        select(OutboxMessage.id, OutboxMessage.state, OutboxMessage.last_error).where(
            OutboxMessage.id.in_(message_ids)
        )
    )
    return {key: (state, reason or "") for key, state, reason in rows}
