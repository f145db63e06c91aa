"""Pages of print runs: files and counts, households left out, and the hand-over to the post."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.page import Page
from admin.people import notice_words
from admin.people.fresh_proof import fresh_proof
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.opening import staff_closed_text
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.announcements.queries import (
    CardCounts,
    LogEntry,
    card_counts,
    card_prints,
    stopped_notices,
)
from portal.domain.letters.letters.models import PrintChunk, PrintRun
from portal.domain.letters.letters.queries import print_run
from portal.domain.letters.letters.states import PRINT_RUN, LetterState
from portal.domain.mailroom.printing.archives.sending import has_whole_archive
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.proofs import decisions
from portal.domain.mailroom.printing.proofs.making import waiting_proofs
from portal.domain.mailroom.printing.recalls.needs import runs_to_recall
from portal.domain.mailroom.printing.runs.pipeline.files import is_here
from portal.domain.mailroom.printing.runs.queries import (
    RunStatus,
    StateCount,
    Withdrawal,
    chunks_of,
    count_to_withdraw,
    letters_by_state,
    run_statuses,
    to_withdraw,
)
from portal.domain.mailroom.printing.runs.recipients import advance_selection, selection
from portal.domain.mailroom.printing.runs.writers.enclosures import enclosure_name
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.platform.view import View

WITHDRAWN_SHOWN = 200
TAKEN_OUT_AT_ONCE = 80
LETTER_FIELD = re.compile(r"letter-[1-9]\d{0,15}", re.ASCII)


class Waits(Labeled):
    """What a run waits for, where only such runs are listed."""

    PROOF = "proof", lambda: _s("校正刷りの承認を待つもの")
    HAND_OVER = "hand_over", lambda: _s("引き渡しの承認を待つもの")


class LettersView(View, frozen=True):
    """What ``admin/mailroom/printing/letters.html`` shows."""

    runs: Sequence[RunStatus]
    waits: Waits | None
    kinds_of_waiting: tuple[Waits, ...]
    due: int
    left_out: Mapping[str, int]
    notices: Mapping[str, int]
    decline: Window
    withdrawals: Sequence[Withdrawal]
    proposed: Mapping[int, Approval]
    delivery: Window
    to_recall: Mapping[int, int]
    cards: CardCounts
    card_prints: Sequence[CardPrint]
    stopped_notices: Sequence[LogEntry]
    notice_words: ModuleType
    delivery_closed: str


def show_list(page: Page) -> Response[Any]:
    """List the print runs, newest first, with the counts of recipients and letters to take out."""
    every = run_statuses(page.session)
    proposed = open_for(
        page.session, handover.HAND_OVER, handover.SUBJECT, [run.id for run in every]
    )
    waits = Waits.known(page.query.get("waits"))
    counts = selection.counts(page.session)
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    notices = (
        advance_selection.counts(page.session) if page.site.program.advance is not None else {}
    )
    if not may_know:
        counts.pop(selection.LeftOut.PROTECTED)
        notices.pop(selection.LeftOut.PROTECTED, None)
    return page.render(
        "admin/mailroom/printing/letters.html",
        LettersView(
            runs=_waiting(page, every, proposed) if waits else every,
            waits=waits,
            kinds_of_waiting=tuple(Waits),
            due=counts.pop(selection.DUE),
            left_out=counts,
            notices=notices,
            decline=page.site.program.windows.decline,
            withdrawals=list(
                islice(to_withdraw(page.session, include_protected=may_know), WITHDRAWN_SHOWN)
            ),
            proposed=proposed,
            delivery=page.site.program.windows.delivery,
            to_recall=runs_to_recall(page.session),
            cards=card_counts(page.session, include_protected=may_know),
            card_prints=card_prints(page.session),
            stopped_notices=stopped_notices(page.session, include_protected=may_know),
            notice_words=notice_words,
            delivery_closed=staff_closed_text(page.site.program.windows.delivery, page.now),
        ),
    )


def _waiting(
    page: Page, runs: Sequence[RunStatus], proposed: Mapping[int, Approval]
) -> Sequence[RunStatus]:
    of_proof = Waits.known(page.query.get("waits")) is Waits.PROOF
    wanted = waiting_proofs(page.session) if of_proof else proposed.keys()
    return [run for run in runs if run.id in wanted]


def found_run(page: Page) -> PrintRun:
    """Return the print run in the page's address. Raises NotFoundError."""
    run = print_run(page.session, number_in_address(page, "run_id"))
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    return run


class LetterRunView(View, frozen=True):
    """What ``admin/mailroom/printing/letter_run.html`` shows."""

    run: PrintRun
    chunks: Sequence[PrintChunk]
    states: Sequence[StateCount]
    letters: int
    children: int
    printed: int
    ready: int
    gone: int
    withdrawals: Sequence[Withdrawal]
    must_stay: int
    approved: bool
    enclosure_name: Callable[[str], str]
    proposal: Approval | None
    proposer: StaffUser | None
    own: bool
    here: bool
    can_be_lost: bool
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one print run: files, letters by state, counts, and the status of its hand-over."""
    run = found_run(page)
    chunks = chunks_of(page.session, run.id)
    states = letters_by_state(page.session, run.id)
    proposal = handover.proposal_of(page.session, run.id)
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    found = to_withdraw(page.session, run.id, include_protected=may_know)
    withdrawals = list(islice(found, TAKEN_OUT_AT_ONCE))
    return page.render(
        "admin/mailroom/printing/letter_run.html",
        LetterRunView(
            run=run,
            chunks=chunks,
            states=states,
            letters=sum(count.letters for count in states),
            children=sum(count.children for count in states),
            printed=sum(chunk.letters for chunk in chunks if chunk.built_at is not None),
            ready=sum(count.letters for count in states if count.state == LetterState.PRINTED),
            gone=sum(count.letters for count in states if count.state == LetterState.HANDED_OVER),
            withdrawals=withdrawals,
            must_stay=count_to_withdraw(page.session, run.id, include_protected=may_know)
            if withdrawals
            else 0,
            approved=decisions.is_approved(page.session, run.id),
            enclosure_name=enclosure_name,
            proposal=proposal,
            proposer=staff_user(page.session, proposal.proposed_by)
            if proposal is not None
            else None,
            own=proposal is not None
            and page.who.staff is not None
            and proposal.proposed_by == page.who.staff.id,
            here=is_here(page.site.settings.letters_dir, run.folder),
            can_be_lost=PRINT_RUN.can(run.state, "lose")
            and not has_whole_archive(page.session, run.id),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _refused(page: Page, error: ConflictError) -> Response[Any]:
    field = "hand-over" if error.code == handover.OF_WARD else "withdraw"
    page.form.error(field, error.message)
    return show(page, 422)


def _answer(page: Page, said: str) -> Response[Any]:
    return page.redirect(f"/letters/{page.params['run_id']}?said={said}")


def propose(page: Page) -> Response[Any]:
    """Propose to hand the run over."""
    run = found_run(page)
    if first_post(page):
        try:
            handover.propose_hand_over(page.work, run.id)
        except ConflictError as error:
            return _refused(page, error)
    return _answer(page, "proposed")


def confirm(page: Page) -> Response[Any]:
    """Confirm another person's proposal with a fresh proof: the run is handed over."""
    run = found_run(page)
    proposal = handover.proposal_of(page.session, run.id)
    if proposal is None:
        return _answer(page, "")
    if page.who.staff is not None and proposal.proposed_by == page.who.staff.id:
        raise NotAllowedError(
            _s("自分の提案は、自分では承認できません。ほかの人が承認してください。")
        )
    if status := fresh_proof(page):
        return show(page, status)
    if first_post(page):
        try:
            handover.confirm_hand_over(page.work, run.id)
        except ConflictError as error:
            return _refused(page, error)
    return _answer(page, "gone")


def refuse(page: Page) -> Response[Any]:
    """Reject another person's proposal, or withdraw one's own."""
    proposal = handover.proposal_of(page.session, found_run(page).id)
    if proposal is not None:
        turn_down(page.work, proposal.id)
    return _answer(page, "down")


def take_out(page: Page) -> Response[Any]:
    """Record which letters were taken out of the run before posting."""
    run = found_run(page)
    chosen = [int(name[7:]) for name in page.form.values if LETTER_FIELD.fullmatch(name)]
    if not chosen:
        page.form.error("withdraw", _s("抜き取った手紙を選んでください。"))
        return show(page, 422)
    if first_post(page):
        handover.take_out(page.work, run.id, chosen)
    return _answer(page, "taken")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/letters/{run_id:int}"
    return [
        staff_route("GET", "/letters", show_list, Permission.SEE_LETTERS),
        staff_route("GET", base, show, Permission.SEE_LETTERS),
        staff_route("POST", base + "/propose", propose, Permission.PROPOSE_HAND_OVER, shows=show),
        staff_route("POST", base + "/confirm", confirm, Permission.CONFIRM_HAND_OVER, shows=show),
        staff_route("POST", base + "/refuse", refuse, Permission.CONFIRM_HAND_OVER),
        staff_route("POST", base + "/take-out", take_out, Permission.TAKE_OUT_LETTERS, shows=show),
    ]
