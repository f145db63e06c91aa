"""The evidence of a paper form: its scan, or a second person who read the paper itself.

Who enters a form without a scan names why. A second person then reads the paper without seeing what
was entered; where both read the same, the form counts. Scans are added later, and what was entered
is corrected, as long as nothing is decided; every correction keeps what stood there before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.models import PaperForm, Request, Scan
from portal.domain.requests.requests.paper_forms import PAPER_CHANNELS, NoScan, Signer
from portal.domain.requests.requests.queries import paper_forms_of
from portal.domain.requests.requests.services import locked, touch
from portal.domain.requests.requests.states import RequestState

UNDECIDED = (RequestState.WAITING, RequestState.WITH_RESIDENT)


class PaperKey(Struct, frozen=True):
    """A form of a request, as the address of its page names it."""

    request_id: int
    paper_id: int


@dataclass(frozen=True, slots=True)
class SeenOnPaper:
    """What somebody reads on a form: who signed (a ``Signer``), and its days (JST)."""

    signed_by: str
    has_letter_of_attorney: bool
    received_on: date
    postmark_on: date | None = None

    def written(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "signed_by": self.signed_by,
            "has_letter_of_attorney": self.has_letter_of_attorney,
            "received_on": self.received_on.isoformat(),
            "postmark_on": self.postmark_on.isoformat() if self.postmark_on else None,
        }


class Read(StrEnum):
    """What became of a second reading."""

    EQUAL = "equal"
    DIFFERS = "differs"


def seen_of(form: PaperForm) -> SeenOnPaper:
    """Return what was entered of a form."""
    return SeenOnPaper(
        form.signed_by,
        form.has_letter_of_attorney,
        jst_date(form.received_at),
        form.postmark_on,
    )


def is_blind(form: PaperForm, person: int) -> bool:
    """Tell whether a person is yet to read the paper, and sees nothing of what was entered."""
    return form.lacks_evidence and form.second_reading is None and _entered_by(form) != person


def reads_again(row: Request, form: PaperForm, person: int) -> bool:
    """Tell whether a person is asked to read the paper: the second one, also once more."""
    if row.state not in UNDECIDED or not form.lacks_evidence or _entered_by(form) == person:
        return False
    return form.second_reading is None or form.second_reading["by"] == person


def lacks_evidence(session: Session, row: Request) -> bool:
    """Tell whether a form of a request has neither scan nor a second reader."""
    return any(form.lacks_evidence for form in paper_forms_of(session, row.id))


def wants_evidence(session: Session, row: Request) -> bool:
    """Tell whether a request came on paper, and a form of it has no evidence yet."""
    return row.channel in PAPER_CHANNELS and lacks_evidence(session, row)


def refuse_without_evidence(session: Session, row: Request) -> None:
    """Refuse to accept a request that came on paper while a form of it has no evidence.

    Raises NotAllowedError (``no_evidence``).
    """
    if wants_evidence(session, row):
        raise NotAllowedError(
            _s(
                "スキャンのない書類があります。スキャンをつけるか、もう一人が紙を見て読んでから、"
                "承認してください。"
            ),
            code="no_evidence",
        )


def paper_of(session: Session, key: PaperKey) -> PaperForm:
    """Return a form of a request. Raises NotFoundError."""
    form = session.get(PaperForm, key.paper_id)
    if form is None or form.request_id != key.request_id:
        raise NotFoundError(_s("この書類は見つかりませんでした。"))
    return form


def _locked_paper(work: Work, key: PaperKey) -> tuple[Request, PaperForm]:
    """Return request and form, both locked, of a request that is not decided.

    Raises NotFoundError, NotAllowedError, WrongStateError.
    """
    row = locked(work.session, key.request_id)
    form = work.session.get(PaperForm, key.paper_id, with_for_update=True, populate_existing=True)
    if form is None or form.request_id != row.id:
        raise NotFoundError(_s("この書類は見つかりませんでした。"))
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("書類を確かめられるのは、アカウントのある職員だけです。"))
    if row.state not in UNDECIDED:
        raise WrongStateError(_s("この申請は、もう決まっています。書類は直せません。"))
    return row, form


def read_again(work: Work, key: PaperKey, seen: SeenOnPaper, no_scan: str = "") -> Read:
    """Record what a second person reads on the paper, who has not seen what was entered.

    Equal readings are the form's evidence. Different ones are shown to both, and somebody corrects
    the form (``correct``), or reads it once more. ``no_scan`` names why a form of an earlier
    version has no scan.

    Raises:
        NotFoundError: the request has no such form.
        NotAllowedError: the person who entered or last corrected it, or no person.
        WrongStateError: the request is decided.
        ConflictError: the form has its evidence, or another second person has read it.
        InputError: a field is missing or cannot be.
    """
    row, form = _locked_paper(work, key)
    if work.actor.id == _entered_by(form):
        raise NotAllowedError(
            _s("自分が入力した書類は、自分では確かめられません。ほかの人が紙を見てください。"),
            code="own_entry",
        )
    if not form.lacks_evidence:
        raise ConflictError(_s("この書類は、もう確かめてあります。"), code="has_evidence")
    if form.second_reading is not None and form.second_reading["by"] != work.actor.id:
        raise ConflictError(
            _s("もう一人が、先に紙を読みました。二人の読んだ内容をくらべて、直してください。"),
            code="has_reading",
        )
    _refuse_impossible(work, seen)
    reason = form.detail.get("no_scan") or no_scan
    if NoScan.known(reason) is None:
        raise InputError(_s("スキャンがない理由を選んでください。"), code="no_scan")
    equal = seen == seen_of(form)
    kept = form.detail | {"no_scan": reason}
    form.detail = _witnessed(kept, work) if equal else kept | {"second": _by(work, seen)}
    _log(work, row, form, "paper_witnessed" if equal else "paper_differs")
    return Read.EQUAL if equal else Read.DIFFERS


def _entered_by(form: PaperForm) -> int:
    corrections = form.detail.get("corrections", [])
    return int(corrections[-1]["by"]) if corrections else form.entered_by


def _witnessed(detail: Mapping[str, Any], work: Work) -> dict[str, Any]:
    kept = {name: value for name, value in detail.items() if name != "second"}
    return kept | {"witnessed_by": work.actor.id, "witnessed_at": work.now.isoformat()}


def _by(work: Work, seen: SeenOnPaper) -> dict[str, Any]:
    return seen.written() | {"by": work.actor.id, "at": work.now.isoformat()}


def _refuse_impossible(work: Work, seen: SeenOnPaper) -> None:
    if Signer.known(seen.signed_by) is None:
        raise InputError(_s("署名した人を選んでください。"), code="signed_by")
    if seen.received_on > jst_date(work.now):
        raise InputError(_s("届いた日が、きょうより後になっています。"), code="received_on")
    if seen.postmark_on is not None and seen.postmark_on > seen.received_on:
        raise InputError(_s("消印の日が、届いた日より後になっています。"), code="postmark_on")


def add_scan(work: Work, key: PaperKey, scan: Scan) -> PaperForm:
    """Complete a form with its scan, which is stored already.

    Raises:
        NotFoundError: the request has no such form.
        NotAllowedError: the actor is no person with an account.
        WrongStateError: the request is decided.
        ConflictError: the form has a scan.
    """
    row, form = _locked_paper(work, key)
    if form.scan_id is not None:
        raise ConflictError(_s("この書類には、もうスキャンがあります。"), code="has_evidence")
    form.scan_id = scan.id
    _log(work, row, form, "paper_scan_added")
    return form


def correct_entry(work: Work, key: PaperKey, seen: SeenOnPaper) -> tuple[Request, PaperForm]:
    """Replace what was entered of a form, and keep what stood there; returns both, locked.

    The caller weighs the request anew (``correcting``). A second person who read the same before is
    the evidence of the corrected form; otherwise a form without scan needs one again.

    Raises:
        NotFoundError: the request has no such form.
        NotAllowedError: the actor is no person with an account, or is yet to read the paper:
            whether "nothing differs" would tell them what was entered.
        WrongStateError: the request is decided.
        InputError: a field is missing or cannot be, or nothing differs.
    """
    row, form = _locked_paper(work, key)
    if is_blind(form, work.actor.id or 0):
        raise NotAllowedError(
            _s("まず紙を見て、読んだ内容を入力してください。直すのは、そのあとです。"),
            code="unread",
        )
    _refuse_impossible(work, seen)
    before = seen_of(form)
    if seen == before:
        raise InputError(_s("何も変わっていません。直すところを入力してください。"))
    form.signed_by, form.has_letter_of_attorney = seen.signed_by, seen.has_letter_of_attorney
    form.postmark_on = seen.postmark_on
    if seen.received_on != before.received_on:
        form.received_at = _same_time(form.received_at, seen.received_on, before.received_on)
    earlier = [*form.detail.get("corrections", []), _by(work, before)]
    kept = {k: v for k, v in form.detail.items() if k not in {"witnessed_by", "witnessed_at"}}
    second = kept.pop("second", None)
    form.detail = kept | {"corrections": earlier}
    if second is not None and _is_reading(second, seen) and second["by"] != work.actor.id:
        form.detail = form.detail | {"witnessed_by": second["by"], "witnessed_at": second["at"]}
    _log(work, row, form, "paper_corrected", before=before.written(), after=seen.written())
    return row, form


def _same_time(instant: datetime, day: date, before: date) -> datetime:
    return instant + (day - before)


def _is_reading(stored: Mapping[str, Any], seen: SeenOnPaper) -> bool:
    return all(stored[name] == value for name, value in seen.written().items())


def _log(work: Work, row: Request, form: PaperForm, action: str, **detail: Any) -> None:
    record(
        work,
        f"request.{action}",
        "request",
        row.id,
        household_id=row.household_id,
        kind=row.kind,
        paper=form.id,
        **detail,
    )
    touch(row, work.now)
    work.session.flush()
