"""Check names and addresses before printing: missing characters, and texts that do not fit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.address_block import window_block
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.fonts import load_faces, missing_characters
from portal.domain.mailroom.printing.runs.recipients.addressees import Addressee, read_addressees
from portal.domain.mailroom.printing.runs.recipients.recipient import Recipient
from portal.domain.mailroom.printing.runs.recipients.selection import DUE, LEFT_OUT, counts, due
from portal.domain.people.coupons.services import suspend_household
from portal.domain.people.entitlements.services import hold_household
from portal.domain.people.households.models import Hold
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.households.queries import open_holds

UNPRINTABLE_HOLD = "W02_GAIJI"
"""The hold that an approved print text releases; it is put for both findings below."""


class Unprintable(StrEnum):
    """Why a name or an address cannot be printed."""

    MISSING_CHARACTERS = "missing_characters"
    DOES_NOT_FIT = "does_not_fit"


class WindowPart(Labeled):
    """The part of a letter's window that a finding is about."""

    NAME = "name", lambda: _s("氏名")
    ADDRESS = "address", lambda: _s("住所")


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a household's letter cannot be printed; ``characters`` are code points as U+XXXX."""

    household_id: int
    household_no: str = field(repr=False)
    reason: Unprintable
    part: WindowPart
    characters: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preflight:
    """The recipients that can be printed, by postal code, and the findings about the others.

    ``left_out`` counts households that get no letter, by reason.
    """

    ready: tuple[Recipient, ...]
    findings: tuple[Finding, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def unprintable(self) -> int:
        """How many households get no letter only because their name or address is unprintable."""
        return len({finding.household_id for finding in self.findings})


class AddresseeChecks(Struct, frozen=True):
    """Checks addressees against the letter's layout, our fonts and further ``fonts``."""

    program: Program
    fonts: tuple[Path, ...] = ()

    def findings(self, household_id: int, addressee: Addressee) -> list[Finding]:
        """Return the reasons why an addressee cannot be printed; empty if it can."""
        return self._missing(household_id, addressee) or self._too_long(household_id, addressee)

    def _missing(self, household_id: int, addressee: Addressee) -> list[Finding]:
        faces = load_faces(self.fonts)
        parts = {WindowPart.ADDRESS: addressee.lines}
        if addressee.image is None:
            parts = {WindowPart.NAME: (addressee.name,)} | parts
        found = []
        for part, texts in parts.items():
            missing = [one for text in texts for one in missing_characters(text, faces)]
            if missing:
                codes = tuple(dict.fromkeys(one.code for one in missing))
                sentences = tuple(dict.fromkeys(one.reason for one in missing))
                reason = Unprintable.MISSING_CHARACTERS
                found.append(
                    Finding(household_id, addressee.number, reason, part, codes, sentences)
                )
        return found

    def _too_long(self, household_id: int, addressee: Addressee) -> list[Finding]:
        content = replace(draft("", addressee), children=1, amount_yen=1)
        try:
            window_block(content, self.program.letter)
        except InputError:
            sentence = _s(
                "あて名が封筒の窓に入りません。印刷用の短い住所か氏名を登録してください。"
            )
            reason, part = Unprintable.DOES_NOT_FIT, WindowPart.ADDRESS
            return [Finding(household_id, addressee.number, reason, part, sentences=(sentence,))]
        return []


def require_protection(session: Session) -> None:
    """Refuse to print before it is known which households are protected.

    Raises:
        NotAllowedError: protection is not loaded (``design.md`` §3).
    """
    if not protection_loaded(session):
        raise NotAllowedError(
            _s(
                "支援措置の情報がまだ読み込まれていないため、手紙を印刷しません。"
                "名簿の列、別の一覧、または区の「該当なし」の確認（2名）"
                "のどれかを先に登録してください。"
            ),
            code="protection_missing",
        )


def preflight(work: Work, fonts: tuple[Path, ...] = ()) -> Preflight:
    """Check every household that is due, without changing anything.

    Protected households are only counted. ``fonts`` are used in addition to those shipped.
    """
    counted = counts(work.session)
    waiting = due(work.session)
    assert counted[DUE] == len(waiting)  # noqa: S101  (one snapshot must agree with itself)
    left_out = {reason.value: counted[reason] for reason in LEFT_OUT}
    return replace(check_addressees(work, fonts, waiting), left_out=left_out)


def check_addressees(
    work: Work, fonts: tuple[Path, ...], waiting: Collection[Recipient]
) -> Preflight:
    """Return which of the households can be printed, ordered by postal code."""
    checks = AddresseeChecks(work.program, fonts)
    addressees = read_addressees(work, [one.key for one in waiting])
    findings: list[Finding] = []
    ready: list[Recipient] = []
    for one in waiting:
        found = checks.findings(one.key, addressees[one.key])
        findings += found
        if not found:
            ready.append(one)
    ready.sort(key=lambda one: (one.counter, addressees[one.key].postal_code, one.key))
    return Preflight(tuple(ready), tuple(findings))


def draft(number: str, addressee: Addressee) -> LetterContent:
    """Return a letter with only its number and window; the writer replaces the rest."""
    return LetterContent(
        letter_number=number,
        postal_code=addressee.postal_code,
        address_lines=addressee.lines,
        addressee=addressee.name,
        children=0,
        amount_yen=0,
        login_id="",
        password="",
        sign_in_url="",
        customer_bars=addressee.bars,
        addressee_image=addressee.image,
    )


def hold_unprintable(work: Work, findings: Collection[Finding]) -> int:
    """Hold the households of the findings until a print text is approved; return how many."""
    by_household: dict[int, list[Finding]] = {}
    for finding in findings:
        by_household.setdefault(finding.household_id, []).append(finding)
    for household_id, found in by_household.items():
        if any(hold.code == UNPRINTABLE_HOLD for hold in open_holds(work.session, household_id)):
            continue
        work.session.add(
            Hold(
                household_id=household_id,
                code=UNPRINTABLE_HOLD,
                created_at=work.now,
                detail={"preflight": [_detail(finding) for finding in found]},
            )
        )
        record(
            work,
            "hold.put",
            "household",
            household_id,
            household_id=household_id,
            code=UNPRINTABLE_HOLD,
            reason=found[0].reason.value,
        )
        hold_household(work.session, household_id, work.now)
        suspend_household(work, household_id, reason=UNPRINTABLE_HOLD)
    work.session.flush()
    return len(by_household)


def _detail(finding: Finding) -> dict[str, str | Sequence[str]]:
    return {
        "reason": finding.reason.value,
        "where": finding.part.value,
        "characters": list(finding.characters),
    }
