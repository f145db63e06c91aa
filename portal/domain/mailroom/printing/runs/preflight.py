"""Before anything is printed: names and addresses that no font has or that do not fit their window."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.address_block import window_block
from portal.domain.letters.letters.content import LetterContent
from portal.domain.letters.letters.fonts import load_faces, missing_characters
from portal.domain.mailroom.printing.runs.addressees import Addressee, read_addressees
from portal.domain.mailroom.printing.runs.selection import DUE, LEFT_OUT, Due, counts, due
from portal.domain.people.coupons.services import suspend_household
from portal.domain.people.entitlements.services import hold_household
from portal.domain.people.households.models import Hold
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.households.queries import open_holds

UNPRINTABLE_HOLD = "W02_GAIJI"
"""The hold that an approved print text releases; both findings below have that remedy."""

MISSING, TOO_LONG = "missing_characters", "does_not_fit"


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a household cannot be printed.

    ``where`` is ``name`` or ``address``; ``characters`` as U+XXXX.
    """

    household_id: int
    household_no: str = field(repr=False)
    reason: str
    where: str
    characters: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preflight:
    """Households that can be printed (in the order of their postal codes), those that cannot, and the left out."""

    ready: tuple[Due, ...]
    findings: tuple[Finding, ...]
    left_out: dict[str, int]

    @property
    def unprintable(self) -> int:
        """How many households would be printed but for their characters or their length."""
        return len({finding.household_id for finding in self.findings})


def require_protection(session: Session) -> None:
    """Refuse to go on before anybody said which households are protected.

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
    """Look at every household to be issued; changes nothing. Protected households are only counted."""
    counted = counts(work.session)
    waiting = due(work.session)
    addressees = read_addressees(
        work, work.program.names.ward.ja, [one.household_id for one in waiting]
    )
    findings: list[Finding] = []
    ready: list[tuple[bool, str, Due]] = []
    for one in waiting:
        addressee = addressees[one.household_id]
        found = findings_of(one.household_id, addressee, work.program, fonts)
        findings += found
        if not found:
            ready.append((one.counter, addressee.postal_code, one))
    ready.sort(key=lambda found: (*found[:2], found[2].household_id))
    left = {reason: counted[reason] for reason in LEFT_OUT}
    assert counted[DUE] == len(waiting)  # noqa: S101  (one snapshot must agree with itself)
    return Preflight(tuple(one for _counter, _postal, one in ready), tuple(findings), left)


def findings_of(
    household_id: int, addressee: Addressee, program: Program, fonts: tuple[Path, ...]
) -> list[Finding]:
    """Return why an addressee cannot be printed; nothing when it can."""
    faces = load_faces(fonts)
    found = []
    for where, texts in (("name", (addressee.name,)), ("address", addressee.lines)):
        if where == "name" and addressee.image is not None:
            continue
        missing = [one for text in texts for one in missing_characters(text, faces)]
        if missing:
            codes = tuple(dict.fromkeys(one.code for one in missing))
            reasons = tuple(dict.fromkeys(one.reason for one in missing))
            found.append(Finding(household_id, addressee.number, MISSING, where, codes, reasons))
    if found:
        return found
    try:
        window_block(draft("", addressee, children=1, amount_yen=1), program.letter)
    except InputError:
        sentence = _s("あて名が封筒の窓に入りません。印刷用の短い住所か氏名を登録してください。")
        found.append(
            Finding(household_id, addressee.number, TOO_LONG, "address", sentences=(sentence,))
        )
    return found


def draft(
    number: str,
    addressee: Addressee,
    *,
    children: int,
    amount_yen: int,
    login_id: str = "",
    url: str = "",
    enclosures: tuple[str, ...] = (),
) -> LetterContent:
    """Return a letter that lacks only its password."""
    return LetterContent(
        letter_number=number,
        postal_code=addressee.postal_code,
        address_lines=addressee.lines,
        addressee=addressee.name,
        children=children,
        amount_yen=amount_yen,
        login_id=login_id,
        password="",
        sign_in_url=url,
        customer_bars=addressee.bars,
        enclosures=enclosures,
        addressee_image=addressee.image,
    )


def hold_unprintable(work: Work, findings: Collection[Finding]) -> int:
    """Hold the households of the findings until the ward approved a print text; returns how many."""
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
            reason=found[0].reason,
        )
        hold_household(work.session, household_id, work.now)
        suspend_household(work, household_id, reason=UNPRINTABLE_HOLD)
    work.session.flush()
    return len(by_household)


def _detail(finding: Finding) -> dict[str, str | Sequence[str]]:
    return {
        "reason": finding.reason,
        "where": finding.where,
        "characters": list(finding.characters),
    }
