"""Page of the proof of a print run: pictures, counts, and a second person's decision."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.printing.print_runs import found_run
from admin.marks import Mark, marks
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from admin.requests.scans import LOCKED
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.jobs.begun import begin, latest
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.letters.states import PRINT_RUN
from portal.domain.mailroom.printing.archives.discarding import discard_run
from portal.domain.mailroom.printing.proofs import decisions, making
from portal.domain.mailroom.printing.proofs.models import PrintProof
from portal.domain.mailroom.printing.proofs.pictures import ShownPage, open_picture, pages_of
from portal.domain.mailroom.printing.proofs.states import ProofState
from portal.domain.mailroom.printing.runs.recipients.selection import LeftOut
from portal.domain.mailroom.printing.runs.writers.enclosures import enclosure_name
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.platform.carrying_out import Again, carry_out
from portal.platform.routes import Transaction
from portal.platform.view import View

STATE_MARK = marks(
    {
        ProofState.MADE: Mark.WAIT,
        ProofState.APPROVED: Mark.GOOD,
        ProofState.REFUSED: Mark.STOP,
    }
)


class LetterProofView(View, frozen=True):
    """What ``admin/mailroom/printing/letter_proof.html`` shows."""

    run: PrintRun
    proof: PrintProof | None
    current: bool
    pages: Sequence[ShownPage]
    left_out: Mapping[str, int]
    maker: StaffUser | None
    decider: StaffUser | None
    reason: str
    undecided: bool
    own: bool
    task: BegunTask | None
    state_mark: Callable[[str], Mark]
    enclosure_name: Callable[[str], str]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the proof of a run, and the possible decisions."""
    session = page.session
    run = found_run(page)
    knows = allowed(page, Permission.KNOW_PROTECTED)
    proof = making.live_proof(session, run.id)
    maker = staff_user(session, proof.made_by) if proof is not None else None
    decider = (
        staff_user(session, proof.decided_by) if proof is not None and proof.decided_by else None
    )
    return page.render(
        "admin/mailroom/printing/letter_proof.html",
        LetterProofView(
            run=run,
            proof=proof,
            current=making.is_current(session, proof),
            pages=pages_of(session, proof, include_protected=knows) if proof is not None else [],
            left_out={
                reason: households
                for reason, households in (proof.left_out if proof is not None else {}).items()
                if households and (knows or reason != LeftOut.PROTECTED)
            },
            maker=maker,
            decider=decider,
            reason=decisions.reason_of(page.site.vault, proof) if proof is not None else "",
            undecided=PRINT_RUN.can(run.state, "hand_over"),
            own=proof is not None
            and page.who.staff is not None
            and page.who.staff.id in {proof.made_by, run.begun_by},
            task=latest(session, BegunKind.PROOF, run.id),
            state_mark=STATE_MARK,
            enclosure_name=enclosure_name,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _answer(page: Page, said: str) -> Response[Any]:
    return page.redirect(f"/letters/{page.params['run_id']}/proof?said={said}")


def make(page: Page) -> Response[Any]:
    """Let a worker make the proof; a second attempt is refused once it exists."""
    run_id = number_in_address(page, "run_id")

    def ask() -> None:
        making.refuse_unready(page.work, run_id)
        begin(page.work, BegunKind.PROOF, run_id)

    return carry_out(
        page, ask, lambda: _answer(page, "begun"), Again(show, "proof", but=NotFoundError)
    )


def approve(page: Page) -> Response[Any]:
    """Approve the run, with a fresh proof."""
    run_id = number_in_address(page, "run_id")
    if status := fresh_proof(page):
        return show(page, status)
    return _decide(
        page,
        "approved",
        lambda: decisions.approve_proof(page.work, run_id),
    )


def refuse(page: Page) -> Response[Any]:
    """Refuse the run with a reason."""
    run_id, reason = number_in_address(page, "run_id"), page.form.get("reason")
    return _decide(
        page,
        "refused",
        lambda: decisions.refuse_proof(page.work, run_id, reason),
    )


def discard(page: Page) -> Response[Any]:
    """Discard a refused run with all its letters, with a fresh proof."""
    run_id = number_in_address(page, "run_id")
    if status := fresh_proof(page):
        return show(page, status)
    return _decide(page, "discarded", lambda: discard_run(page.work, run_id))


def _decide(page: Page, said: str, act: Callable[[], object]) -> Response[Any]:
    return carry_out_once(
        page,
        act,
        lambda: _answer(page, said),
        Again(show, "proof", {"reason"}, but=(NotFoundError, NotAllowedError)),
    )


def picture(page: Page) -> Response[Any]:
    """Send the picture of a letter; every view is recorded."""
    site = page.site
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        png = open_picture(
            page.site.work(session, page.actor, page.now),
            number_in_address(page, "run_id"),
            number_in_address(page, "page_id"),
            include_protected=allowed(page, Permission.KNOW_PROTECTED),
        )
    return page.send(png, "image/png", LOCKED | {"content-disposition": "inline"})


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base, own = "/letters/{run_id:int}/proof", Transaction.OWN
    return [
        staff_route("GET", base, show, Permission.SEE_LETTERS),
        staff_route(
            "GET", base + "/{page_id:int}", picture, Permission.SEE_LETTERS, transaction=own
        ),
        staff_route("POST", base + "/make", make, Permission.PROPOSE_HAND_OVER, shows=show),
        staff_route("POST", base + "/approve", approve, Permission.CONFIRM_HAND_OVER, shows=show),
        staff_route("POST", base + "/refuse", refuse, Permission.CONFIRM_HAND_OVER, shows=show),
        staff_route("POST", base + "/discard", discard, Permission.TAKE_OUT_LETTERS, shows=show),
    ]
