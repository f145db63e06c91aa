"""Answers to the ward's security checklist (R61).

They are pre-filled from the settings in force; corrections are kept as versions.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.key_ring import KEY_BYTES
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed_texts import optional, required, writer
from portal.domain.foundation.vault import PasswordCost, Vault
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import ChecklistAnswer
from portal.domain.oversight.management.promises import broken
from portal.domain.oversight.management.proofs import Proof, prove
from portal.domain.oversight.management.sealed import opened_values, sealed_values
from portal.domain.people.authn.sessions import LIFETIMES, RESIDENT, STAFF
from portal.domain.people.authn.throttles import NETWORK, UNKNOWN_DEVICE
from portal.domain.people.staff.permissions import Permission

FILE = Path(__file__).with_name("checklist.toml")
ANSWER_MAX, EVIDENCE_MAX = 1_000, 300


class Verdict(Labeled):
    """Whether a line of the checklist is fulfilled, as staff and the ward read it."""

    YES = "yes", lambda: _s("できている")
    PARTLY = "partly", lambda: _s("一部できている")
    OFFICE = "office", lambda: _s("運用で行う")
    NO = "no", lambda: _s("できていない")


class Standing(Labeled):
    """What pages and papers say of a line: what was answered, as far as its proofs show it."""

    YES = "yes", lambda: Verdict.YES.label
    PARTLY = "partly", lambda: Verdict.PARTLY.label
    OFFICE = "office", lambda: Verdict.OFFICE.label
    NO = "no", lambda: Verdict.NO.label
    UNPROVEN = "unproven", lambda: _s("この版では示せない")


class Item(Struct, frozen=True):
    """One line of the checklist as it comes with the software.

    Answer and evidence may contain ``%(name)s`` placeholders for ``real_values``.
    """

    key: str
    group: str
    item: str
    verdict: str
    answer: str
    evidence: str
    proofs: tuple[str, ...] = ()

    def filled(self, values: Mapping[str, str], proofs: tuple[Proof, ...]) -> "Answered":
        """Return the software's own answer with the values that it quotes."""
        return Answered(
            self.key,
            self.group,
            self.item,
            Verdict(self.verdict),
            self.answer % values,
            self.evidence % values,
            proofs,
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """One line with its current answer; ``number`` is its version, 0 for the software's own.

    ``verdict`` is what was answered; ``stands`` is what may be said, by what the proofs show now.
    """

    key: str
    group: str
    item: str
    verdict: Verdict
    answer: str
    evidence: str
    proofs: tuple[Proof, ...] = ()
    number: int = 0
    written_at: datetime | None = None

    @property
    def _claims(self) -> bool:
        return self.verdict in {Verdict.YES, Verdict.PARTLY}

    @property
    def is_refuted(self) -> bool:
        """Whether it answers that something is done, and a proof shows that it is not."""
        return self._claims and any(proof.fails for proof in self.proofs)

    @property
    def is_unproven(self) -> bool:
        """Whether it answers that something is done, and this build cannot show it."""
        return self._claims and not all(proof.holds for proof in self.proofs)

    @property
    def stands(self) -> Standing:
        """What pages and papers show; "yes" only if every proof holds."""
        if self.is_refuted:
            return Standing.NO
        return Standing.UNPROVEN if self.is_unproven else Standing(self.verdict.value)

    @property
    def printed(self) -> str:
        """The answer as a paper may say it."""
        return broken(self.proofs) if self.is_unproven else self.answer

    @property
    def shown_by(self) -> str:
        """What was looked at, for a paper."""
        return "、".join(proof.check for proof in self.proofs) or "–"


class TypedAnswer(Struct, frozen=True):
    """An answer as typed; ``base`` is the version that was edited, 0 for the software's own."""

    verdict: str
    answer: str
    evidence: str
    base: int = 0


@cache
def items() -> dict[str, Item]:
    """Return the lines of the checklist, in their order."""
    with FILE.open("rb") as file:
        return {
            entry["key"]: Item(**entry | {"proofs": tuple(entry.get("proofs", ()))})
            for entry in tomllib.load(file)["item"]
        }


def real_values(program: Program) -> Mapping[str, str]:
    """Return the values that answers quote: the settings in force, never typed by hand."""
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    values = {
        "sites": len(program.workplaces),
        "permissions": len(Permission),
        "staff_idle": LIFETIMES[STAFF].idle // minute,
        "staff_hours": LIFETIMES[STAFF].absolute // hour,
        "resident_idle": LIFETIMES[RESIDENT].idle // minute,
        "key_bits": KEY_BYTES * 8,
        "argon_mib": PasswordCost().memory_kib // 1024,
        "argon_rounds": PasswordCost().rounds,
        "tries": UNKNOWN_DEVICE.allowed,
        "network_tries": NETWORK.allowed,
    }
    channels = {"totp": _s("認証アプリ"), "sms": "SMS", "email": _s("メール")}
    named = "、".join(channels[name] for name in program.channels.names)
    return {**{name: str(value) for name, value in values.items()}, "channels": named}


def answers(work: Work) -> list[Answered]:
    """Return all lines of the checklist with their current answers."""
    newest = (
        select(ChecklistAnswer.key, func.max(ChecklistAnswer.number).label("number"))
        .group_by(ChecklistAnswer.key)
        .subquery()
    )
    rows = {
        row.key: row
        for row in work.session.scalars(
            select(ChecklistAnswer).join(
                newest,
                (ChecklistAnswer.key == newest.c.key) & (ChecklistAnswer.number == newest.c.number),
            )
        )
    }
    values = real_values(work.program)
    proofs = {key: prove(work, item.proofs) for key, item in items().items()}
    return [
        _answered(work.vault, item, rows[key], proofs[key])
        if key in rows
        else item.filled(values, proofs[key])
        for key, item in items().items()
    ]


def _answered(
    vault: Vault, item: Item, row: ChecklistAnswer, proofs: tuple[Proof, ...] = ()
) -> Answered:
    texts = opened_values(vault, _place(row.key, row.number), row)
    return Answered(
        item.key,
        item.group,
        item.item,
        Verdict(row.verdict),
        texts["answer"],
        texts["evidence"],
        proofs,
        row.number,
        row.written_at,
    )


def history(work: Work) -> list[Answered]:
    """Return every version that people wrote, by line and number."""
    statement = select(ChecklistAnswer).order_by(ChecklistAnswer.key, ChecklistAnswer.number)
    return [
        _answered(work.vault, items()[row.key], row)
        for row in work.session.scalars(statement)
        if row.key in items()
    ]


def write(work: Work, key: str, typed: TypedAnswer) -> ChecklistAnswer:
    """Save the answer to a line as its next version.

    Raises:
        NotFoundError: the checklist has no such line.
        InputError: no verdict, or a text is missing or too long (the code names it).
        ConflictError: somebody saved a newer version meanwhile; nothing is saved.
        NotAllowedError: the actor has no account.
    """
    if key not in items():
        raise NotFoundError(_s("この項目は見つかりませんでした。"))
    verdict = Verdict.known(typed.verdict)
    if verdict is None:
        raise InputError(_s("できているかどうかを選んでください。"), code="verdict")
    values = {
        "answer": required(typed.answer, "answer", ANSWER_MAX),
        "evidence": optional(typed.evidence, "evidence", EVIDENCE_MAX),
    }
    by = writer(work.actor)
    if _newest_number(work.session, key) != typed.base:
        raise newer()
    number = typed.base + 1
    wrapped, sealed = sealed_values(work.vault, _place(key, number), values)
    row = ChecklistAnswer(
        key=key,
        number=number,
        verdict=verdict,
        wrapped_key=wrapped,
        sealed=sealed,
        written_by=by,
        written_at=work.now,
    )
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        raise newer() from None
    record(work, "checklist.written", "checklist", key=key, number=number, verdict=verdict)
    work.session.flush()
    return row


def _newest_number(session: Session, key: str) -> int:
    statement = select(func.max(ChecklistAnswer.number)).where(ChecklistAnswer.key == key)
    return session.scalar(statement) or 0


def newer() -> ConflictError:
    """Return the refusal of an answer to which somebody saved a newer version meanwhile."""
    return ConflictError(
        _s("ほかの人が新しい版を保存しました。新しい版を見て、もう一度入力してください。"),
        code="newer",
    )


def _place(key: str, number: int) -> str:
    return f"checklist:{key}:{number}"
