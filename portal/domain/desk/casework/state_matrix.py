"""All states and actions on one page, and which states exclude actions on other subjects."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from portal.domain.contacts.calls.states import CALL
from portal.domain.contacts.escalations.states import CALL_BACK, ESCALATION
from portal.domain.contacts.faxes.states import FAX_CASE, FAX_REPLY
from portal.domain.contacts.hours.states import OPENING_HOURS
from portal.domain.contacts.site_texts.states import SITE_TEXT
from portal.domain.foundation.states import StateMachine
from portal.domain.letters.letters.states import LETTER, LETTER_WITHOUT_ID
from portal.domain.letters.shipments.states import SHIPMENT
from portal.domain.letters.subcontractors.states import SUBCONTRACTOR
from portal.domain.mailroom.incidents.states import (
    COUPON_FAULT,
    DOWNTIME,
    INCIDENT,
    INCIDENT_REPORT,
    SITE_NOTICE,
)
from portal.domain.mailroom.printing.archives.states import ARCHIVE
from portal.domain.mailroom.printing.dispatch.states import DISPATCH
from portal.domain.mailroom.printing.recalls.states import RECALL
from portal.domain.people.coupons.states import COUPON
from portal.domain.people.credentials.states import CREDENTIAL, DOOR
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.signin.ways_page import ways_lines
from portal.domain.people.staff.states import STAFF_ACCOUNT
from portal.domain.requests.alternatives.states import ALTERNATIVE
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.recipients.states import CHANGE
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.requests.states import REQUEST

MACHINES = (
    COUPON,
    DECLINE,
    ALTERNATIVE,
    SHIPMENT,
    LETTER,
    LETTER_WITHOUT_ID,
    ENTITLEMENT,
    REQUEST,
    REDELIVERY,
    CHANGE,
    CREDENTIAL,
    DOOR,
    CALL,
    FAX_CASE,
    FAX_REPLY,
    CALL_BACK,
    ESCALATION,
    COUPON_FAULT,
    INCIDENT,
    INCIDENT_REPORT,
    SITE_NOTICE,
    SITE_TEXT,
    OPENING_HOURS,
    DOWNTIME,
    ARCHIVE,
    RECALL,
    DISPATCH,
    SUBCONTRACTOR,
    STAFF_ACCOUNT,
)
NONE = "none"
"""The child has no such subject."""


class Exclusion(Struct, frozen=True):
    """An action is possible only while the child's other subject is in one of these states."""

    action: str
    other: StateMachine
    allowed: frozenset[str]

    def allows(self, state: str) -> bool:
        """Return whether the action is possible while the other subject is in this state."""
        return state in self.allowed


def _only(action: str, other: StateMachine, allowed: str) -> Exclusion:
    states = frozenset(allowed.split())
    unknown = states - other.states - {NONE}
    if unknown:
        raise ValueError(f"{other.name} has no such states: {sorted(unknown)}")
    return Exclusion(action, other, states)


SHOWN_AGAIN = "assigned revealed part_used exchanged"
EXCLUSIONS = (
    # what is spent is never declined or replaced; what is being stopped for another reason waits
    # for its issuer first
    _only(
        "decline.submit", COUPON, "none assigned revealed suspended stop_requested voided expired"
    ),
    _only(
        "alternative.submit",
        COUPON,
        "none assigned revealed suspended stop_requested voided expired",
    ),
    _only("coupon.reveal", COUPON, SHOWN_AGAIN),
    # one open request at a time decides over a child; an ended one leaves it free again
    _only("alternative.submit", DECLINE, "none unclear refused withdrawn"),
    _only("coupon.reveal", DECLINE, "none unclear refused withdrawn"),
    _only("decline.submit", ALTERNATIVE, "none refused withdrawn"),
    _only("coupon.reveal", ALTERNATIVE, "none refused withdrawn"),
)


def as_markdown() -> str:
    """Return the page ``.github/guides/states.md``; a test compares it with what is committed."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# States and actions"
    yield ""
    yield (
        "Made by `./run portal states --write`; the tests compare it with the machines. Rows "
        "are states, columns actions;"
    )
    yield "a cell names the state that follows, an empty one means that the action is refused."
    for machine in MACHINES:
        yield ""
        yield f"## {machine.name}"
        yield ""
        actions = tuple(machine.steps)
        yield _row(["", *actions])
        yield _row(["---"] * (len(actions) + 1))
        for state in _ordered(machine):
            yield _row(
                [f"**{state}**", *(machine.steps[action].get(state, "") for action in actions)]
            )
    yield ""
    yield "## What excludes what"
    yield ""
    yield "An action on a child, and the states of its other subject in which it is possible."
    for action in dict.fromkeys(exclusion.action for exclusion in EXCLUSIONS):
        yield ""
        yield f"### {action}"
        yield ""
        yield _row(["while the", "may be in", "is refused in"])
        yield _row(["---"] * 3)
        for exclusion in EXCLUSIONS:
            if exclusion.action == action:
                barred = [s for s in _ordered(exclusion.other) if not exclusion.allows(s)]
                allowed = [s for s in (NONE, *_ordered(exclusion.other)) if exclusion.allows(s)]
                yield _row([exclusion.other.name, ", ".join(allowed), ", ".join(barred)])
    yield from ways_lines()


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _ordered(machine: StateMachine) -> list[str]:
    """Return the states in the order in which they are reached from the first one."""
    found = [machine.initial]
    for mapping in machine.steps.values():
        for source, target in mapping.items():
            found += [state for state in (source, target) if state not in found]
    return found
