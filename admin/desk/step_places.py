"""Where each step from roster to post is done: its job, or the page of what came of it."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from admin.oversight.job_forms import address
from admin.page import Page
from portal.domain.desk.casework.steps import Step, StepName
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.oversight.daily.kinds import may_begin


class PlacedStep(Struct, frozen=True):
    """A step, and the page that it leads to."""

    step: Step
    path: str


_SEEN: Mapping[StepName, str] = {
    StepName.ROSTER: "/roster",
    StepName.PROTECTION: "/roster/protection",
    StepName.CODES: "/coupons",
    StepName.ASSIGN: "/coupons",
    StepName.LETTERS: "/letters",
    StepName.HAND_OVER: "/letters",
}
_DONE: Mapping[StepName, BegunKind] = {
    StepName.ROSTER: BegunKind.EXTRACT_CHECK,
    StepName.CODES: BegunKind.CODES_LOAD,
    StepName.ASSIGN: BegunKind.CODES_ASSIGN,
    StepName.LETTERS: BegunKind.LETTERS_BUILD,
}


def placed(page: Page, steps: Sequence[Step]) -> Sequence[PlacedStep]:
    """Return the steps with the pages that they lead this person to."""
    return [PlacedStep(step, _place(page, step)) for step in steps]


def _place(page: Page, step: Step) -> str:
    kind = _DONE.get(step.name)
    if kind is not None and not step.is_done and may_begin(page.actor, kind):
        return address(kind)
    return _SEEN[step.name]
