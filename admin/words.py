"""Labels of stored states, kinds and actions in the staff's language.

An unknown code is shown as stored.
"""

from admin.contacts import call_words as calls
from admin.contacts import escalation_words as escalations
from admin.contacts import fax_words as faxes
from admin.desk.in_call import act_words as desk
from admin.labels import labels
from admin.marks import Mark, marks
from admin.requests import parcel_words as parcels
from admin.requests.request_words import (
    channel,
    decline_item,
    match_part,
    request_kind,
    request_result,
    request_state,
    review_said,
    signer,
    trouble,
)
from portal.domain.desk.casework.access import Part, Reason
from portal.domain.desk.openings.states import OpeningState
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.texts import _s, kept_per_language
from portal.domain.letters.letters.states import LetterKind, LetterState, RunState
from portal.domain.mailroom.printing.cards.checking import CardKind
from portal.domain.mailroom.printing.runs.recipients.selection import LeftOut
from portal.domain.mailroom.roster.checks.codes import HoldCode, explanations
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition
from portal.domain.mailroom.roster.imports.kinds import Kind as DifferenceKind
from portal.domain.mailroom.roster.states import ImportState
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.tasks.kinds import TaskField, TaskKind

__all__ = [
    "calls",
    "channel",
    "decline_item",
    "desk",
    "escalations",
    "faxes",
    "match_part",
    "parcels",
    "request_kind",
    "request_result",
    "request_state",
    "review_said",
    "signer",
    "trouble",
]
"""Templates use one module, ``words``; the labels of requests are in modules of their own."""

card_kind = labels(CardKind)
coupon = labels(CouponState)
credential = labels(CredentialState)
difference = labels(DifferenceKind)
disposition = labels(HouseholdDisposition)
entitlement = labels(EntitlementState)
household = labels(HouseholdState)
hold_name = labels(HoldCode)
import_state = labels(ImportState)
left_out = labels(LeftOut)
letter = labels(LetterState)
letter_kind = labels(LetterKind)
opening = labels(OpeningState)
organization = labels(Organization)
part = labels(Part)
reason = labels(Reason)
role = labels(Role)
row_result = labels(RowDisposition)
run = labels(RunState)
task_field = labels(TaskField)
task_kind = labels(TaskKind)

entitlement_mark = marks(
    {
        EntitlementState.HELD: Mark.WAIT,
        EntitlementState.EXCHANGED: Mark.GOOD,
        EntitlementState.ALTERNATIVE_DELIVERED: Mark.GOOD,
        EntitlementState.DECLINED: Mark.STOP,
        EntitlementState.DEEMED_DECLINED: Mark.STOP,
        EntitlementState.UNDELIVERED: Mark.STOP,
        EntitlementState.INELIGIBLE_AFTER_CHECK: Mark.STOP,
    }
)


def task_advice(code: str) -> str:
    """Return the advice for a kind of task."""
    kind = TaskKind.known(code)
    return kind.advice if kind is not None else ""


@kept_per_language
def hold(code: str) -> str:
    """Return the sentence that explains a hold."""
    known = explanations().get(code)
    return known.meaning if known else code


@kept_per_language
def remedy(code: str) -> str:
    """Return the advice for a hold."""
    known = explanations().get(code)
    return known.remedy if known else _s("区に確かめてください。")
