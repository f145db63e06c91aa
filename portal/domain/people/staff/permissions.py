"""The one table of who may do what on the staff site (``design.md`` §5).

Guards, pages and tests read it.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from msgspec import Struct

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.people.staff.models import StaffUser


class Permission(StrEnum):
    """What a person may do. A route names exactly one of these, or is public."""

    OWN_ACCOUNT = "own_account"
    SEE_TOTALS = "see_totals"
    SEARCH_HOUSEHOLDS = "search_households"
    OPEN_HOUSEHOLD = "open_household"
    OPEN_WITH_REASON = "open_with_reason"
    REVIEW_OPENINGS = "review_openings"
    KNOW_PROTECTED = "know_protected"
    SEE_TASKS = "see_tasks"
    DECIDE_TASKS = "decide_tasks"
    SEE_REQUESTS = "see_requests"
    DECIDE_REQUESTS = "decide_requests"
    ENTER_REQUESTS = "enter_requests"
    SEE_RECIPIENTS = "see_recipients"
    ENTER_RECIPIENTS = "enter_recipients"
    HAND_OVER_AT_COUNTER = "hand_over_at_counter"
    SET_CHANNEL_AT_COUNTER = "set_channel_at_counter"
    SEE_PARCELS = "see_parcels"
    HANDLE_PARCELS = "handle_parcels"
    SEE_STOCK = "see_stock"
    KEEP_STOCK = "keep_stock"
    SEE_HOLDS = "see_holds"
    PROPOSE_RELEASE = "propose_release"
    CONFIRM_RELEASE = "confirm_release"
    SEE_REPORTS = "see_reports"
    SEE_SETTLEMENT = "see_settlement"
    PREPARE_SETTLEMENT = "prepare_settlement"
    ACCEPT_SETTLEMENT = "accept_settlement"
    SEE_ROSTER = "see_roster"
    SEE_LETTERS = "see_letters"
    PROPOSE_HAND_OVER = "propose_hand_over"
    TAKE_OUT_LETTERS = "take_out_letters"
    CONFIRM_HAND_OVER = "confirm_hand_over"
    HANDLE_RETURNS = "handle_returns"
    TRACK_MAIL = "track_mail"
    POST_LETTERS = "post_letters"
    PLAN_DISPATCHES = "plan_dispatches"
    LOSE_ARCHIVE = "lose_archive"
    SEE_SUBCONTRACTORS = "see_subcontractors"
    KEEP_SUBCONTRACTORS = "keep_subcontractors"
    CONSENT_TO_SUBCONTRACTORS = "consent_to_subcontractors"
    SEE_SCANS = "see_scans"
    SEE_COUPON_STOCK = "see_coupon_stock"
    HANDLE_COUPON_FAULTS = "handle_coupon_faults"
    SEE_INCIDENTS = "see_incidents"
    HANDLE_INCIDENTS = "handle_incidents"
    CONFIRM_INCIDENT_REPORTS = "confirm_incident_reports"
    PUBLISH_SITE_NOTICES = "publish_site_notices"
    WRITE_SITE_TEXTS = "write_site_texts"
    RELEASE_SITE_TEXTS = "release_site_texts"
    SEE_DOWNTIME = "see_downtime"
    KEEP_DOWNTIME = "keep_downtime"
    HANDLE_CALLS = "handle_calls"
    HANDLE_FAXES = "handle_faxes"
    SEE_ESCALATIONS = "see_escalations"
    ANSWER_ESCALATIONS = "answer_escalations"
    KEEP_NOTES = "keep_notes"
    LIFT_CLOSURES = "lift_closures"
    SEE_SCRIPTS = "see_scripts"
    EDIT_SCRIPTS = "edit_scripts"
    SUPERVISE_CALLS = "supervise_calls"
    PROPOSE_OPENING_HOURS = "propose_opening_hours"
    APPROVE_OPENING_HOURS = "approve_opening_hours"
    SEE_CALL_REPORT = "see_call_report"
    KEEP_CALL_REPORT = "keep_call_report"
    KEEP_DELIVERY_REPORT = "keep_delivery_report"
    WATCH_BROWSING = "watch_browsing"
    SWITCH_SITES = "switch_sites"
    SEE_MANAGEMENT = "see_management"
    KEEP_MANAGEMENT = "keep_management"
    DECIDE_MANAGEMENT = "decide_management"
    KEEP_PERSON_REQUESTS = "keep_person_requests"
    ANSWER_PERSON_REQUESTS = "answer_person_requests"
    SEE_AUDIT = "see_audit"
    ASK_FOR_LISTS = "ask_for_lists"
    APPROVE_LISTS = "approve_lists"
    TRACE_LISTS = "trace_lists"
    SEE_COPIES = "see_copies"
    KEEP_COPIES = "keep_copies"
    KEEP_KEY_PAPERS = "keep_key_papers"
    SEE_TRANSFERS = "see_transfers"
    KEEP_TRANSFERS = "keep_transfers"
    ACCEPT_TRANSFERS = "accept_transfers"
    SEE_JOBS = "see_jobs"
    DISPOSE = "dispose"
    DISPOSE_HOUSEHOLD = "dispose_household"
    SEE_STAFF = "see_staff"
    MANAGE_STAFF = "manage_staff"
    VOUCH_FOR_STAFF = "vouch_for_staff"
    SEE_SYSTEM = "see_system"


ROLES_OF_ORGANIZATION: Mapping[Organization, frozenset[Role]] = {
    Organization.WARD: frozenset({Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR}),
    Organization.CONTRACTOR: frozenset(
        {Role.OFFICER, Role.SUPERVISOR, Role.AGENT, Role.ADMINISTRATOR}
    ),
    Organization.SUBCONTRACTOR: frozenset({Role.SUPERVISOR, Role.AGENT}),
}
"""The roles that an organization's accounts can have.

An account of the contractor never makes the ward's decisions.
"""

STAFF_ROLES = frozenset(role for roles in ROLES_OF_ORGANIZATION.values() for role in roles)
EVERYBODY = frozenset(Organization)


class Grant(Struct, frozen=True):
    """Who holds a permission: these roles, in accounts of these organizations."""

    roles: frozenset[Role]
    organizations: frozenset[Organization] = EVERYBODY


_BACK_OFFICE = Grant(
    frozenset({Role.OFFICER, Role.WARD_OFFICER}),
    frozenset({Organization.CONTRACTOR, Organization.WARD}),
)
_DESK = Grant(frozenset({Role.AGENT, Role.SUPERVISOR, Role.OFFICER}))
_LEADS = Grant(frozenset({Role.SUPERVISOR, Role.OFFICER}))
GRANTS: Mapping[Permission, Grant] = {
    Permission.OWN_ACCOUNT: Grant(STAFF_ROLES),
    Permission.SEE_TOTALS: Grant(frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR})),
    # Agents and supervisors get households with the call desk, in a call and by level; not before.
    Permission.SEARCH_HOUSEHOLDS: _BACK_OFFICE,
    Permission.OPEN_HOUSEHOLD: _BACK_OFFICE,
    # An ended record of a household; agents and supervisors get no household by it.
    Permission.OPEN_WITH_REASON: Grant(_DESK.roles | {Role.WARD_OFFICER}),
    # Nobody reviews what they opened themselves: openings.services enforces it.
    Permission.REVIEW_OPENINGS: Grant(_LEADS.roles | {Role.WARD_OFFICER, Role.AUDITOR}),
    Permission.KNOW_PROTECTED: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    Permission.SEE_TASKS: _BACK_OFFICE,
    Permission.DECIDE_TASKS: _BACK_OFFICE,
    Permission.SEE_REQUESTS: _BACK_OFFICE,
    Permission.DECIDE_REQUESTS: _BACK_OFFICE,
    # Whoever enters a form never accepts it: requests.deciders enforces it.
    Permission.ENTER_REQUESTS: _BACK_OFFICE,
    # Whoever enters, a second person accepts, and the ward is one of them: requests.deciders
    # enforces it.
    Permission.SEE_RECIPIENTS: _BACK_OFFICE,
    Permission.ENTER_RECIPIENTS: _BACK_OFFICE,
    Permission.HAND_OVER_AT_COUNTER: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    # Another officer of the ward confirms it: casework.counter_channel enforces it.
    Permission.SET_CHANNEL_AT_COUNTER: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    Permission.SEE_PARCELS: _BACK_OFFICE,
    # Nobody confirms a parcel or a stocktaking that they counted themselves: the slice alternatives
    # enforces it.
    Permission.HANDLE_PARCELS: _BACK_OFFICE,
    Permission.SEE_STOCK: _BACK_OFFICE,
    Permission.KEEP_STOCK: _BACK_OFFICE,
    Permission.SEE_HOLDS: _BACK_OFFICE,
    Permission.PROPOSE_RELEASE: _BACK_OFFICE,
    # Another officer may confirm only with the ward's written instruction: approvals.services
    # enforces it.
    Permission.CONFIRM_RELEASE: _BACK_OFFICE,
    Permission.SEE_REPORTS: Grant(frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR})),
    Permission.SEE_SETTLEMENT: Grant(frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR})),
    Permission.PREPARE_SETTLEMENT: _BACK_OFFICE,
    # One of the two is of the ward: settlement.closing enforces it.
    Permission.ACCEPT_SETTLEMENT: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    Permission.SEE_ROSTER: _BACK_OFFICE,
    Permission.SEE_LETTERS: _BACK_OFFICE,
    Permission.PROPOSE_HAND_OVER: Grant(
        frozenset({Role.OFFICER}), frozenset({Organization.CONTRACTOR})
    ),
    Permission.TAKE_OUT_LETTERS: _BACK_OFFICE,
    Permission.CONFIRM_HAND_OVER: _BACK_OFFICE,
    Permission.HANDLE_RETURNS: _BACK_OFFICE,
    Permission.TRACK_MAIL: _BACK_OFFICE,
    Permission.POST_LETTERS: _BACK_OFFICE,
    Permission.PLAN_DISPATCHES: _BACK_OFFICE,
    Permission.LOSE_ARCHIVE: _BACK_OFFICE,
    Permission.SEE_SUBCONTRACTORS: Grant(
        frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR})
    ),
    # Nothing is sent to a company before the ward's consent: subcontractors.services enforces it.
    Permission.KEEP_SUBCONTRACTORS: Grant(
        frozenset({Role.OFFICER}), frozenset({Organization.CONTRACTOR})
    ),
    Permission.CONSENT_TO_SUBCONTRACTORS: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    Permission.SEE_SCANS: _BACK_OFFICE,
    Permission.SEE_COUPON_STOCK: _BACK_OFFICE,
    Permission.HANDLE_COUPON_FAULTS: _BACK_OFFICE,
    Permission.SEE_INCIDENTS: Grant(frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR})),
    Permission.HANDLE_INCIDENTS: _BACK_OFFICE,
    Permission.CONFIRM_INCIDENT_REPORTS: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    # A second person confirms a notice about an incident: incidents.site_notices enforces it.
    Permission.PUBLISH_SITE_NOTICES: _BACK_OFFICE,
    Permission.WRITE_SITE_TEXTS: _BACK_OFFICE,
    # Nobody releases what they wrote themselves: contacts.site_texts enforces it.
    Permission.RELEASE_SITE_TEXTS: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    Permission.SEE_DOWNTIME: Grant(frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR})),
    Permission.KEEP_DOWNTIME: _BACK_OFFICE,
    # In a call and by level: calls.levels enforces it.
    Permission.HANDLE_CALLS: _DESK,
    Permission.HANDLE_FAXES: _DESK,
    Permission.SEE_ESCALATIONS: Grant(_DESK.roles | {Role.WARD_OFFICER}),
    # What the ward decides; an officer writes it down with the ward's instruction number.
    Permission.ANSWER_ESCALATIONS: _BACK_OFFICE,
    # Those that wait at one's own desk: contacts.notes enforces it.
    Permission.KEEP_NOTES: Grant(_DESK.roles | {Role.WARD_OFFICER}),
    # Nobody lifts what their own tries closed, and of a protected household only the ward:
    # calls.lifting enforces it.
    Permission.LIFT_CLOSURES: Grant(frozenset({Role.SUPERVISOR, Role.WARD_OFFICER})),
    Permission.SEE_SCRIPTS: Grant(_DESK.roles | {Role.WARD_OFFICER, Role.AUDITOR}),
    Permission.EDIT_SCRIPTS: _LEADS,
    Permission.SUPERVISE_CALLS: _LEADS,
    # The two sides agree (specification 6(3)): another person of the ward approves, contacts.hours
    # enforces it.
    Permission.PROPOSE_OPENING_HOURS: Grant(
        _LEADS.roles | {Role.WARD_OFFICER}, frozenset({Organization.CONTRACTOR, Organization.WARD})
    ),
    Permission.APPROVE_OPENING_HOURS: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    Permission.SEE_CALL_REPORT: Grant(_LEADS.roles | {Role.WARD_OFFICER, Role.AUDITOR}),
    Permission.KEEP_CALL_REPORT: _LEADS,
    Permission.KEEP_DELIVERY_REPORT: _BACK_OFFICE,
    Permission.WATCH_BROWSING: Grant(frozenset({Role.SUPERVISOR, Role.AUDITOR})),
    Permission.SWITCH_SITES: Grant(frozenset({Role.SUPERVISOR})),
    # Plan, minutes, questions, the ward's documents: the contractor writes, the ward confirms,
    # answers, approves.
    Permission.SEE_MANAGEMENT: Grant(frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR})),
    Permission.KEEP_MANAGEMENT: Grant(
        frozenset({Role.OFFICER}), frozenset({Organization.CONTRACTOR})
    ),
    Permission.DECIDE_MANAGEMENT: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    # Whoever is not of the ward sees no family here: disclosure.steps enforces it.
    Permission.KEEP_PERSON_REQUESTS: _BACK_OFFICE,
    # Two people of the ward for the search, two for the decision: disclosure.steps enforces it.
    Permission.ANSWER_PERSON_REQUESTS: Grant(
        frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})
    ),
    Permission.SEE_AUDIT: Grant(frozenset({Role.AUDITOR}), frozenset({Organization.WARD})),
    # Each list needs what its page needs as well: person_lists.contents says what.
    Permission.ASK_FOR_LISTS: Grant(
        frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR}),
        frozenset({Organization.CONTRACTOR, Organization.WARD}),
    ),
    # Nobody approves what they asked for themselves: person_lists.asking enforces it.
    Permission.APPROVE_LISTS: Grant(frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD})),
    Permission.TRACE_LISTS: Grant(
        frozenset({Role.WARD_OFFICER, Role.AUDITOR}), frozenset({Organization.WARD})
    ),
    Permission.SEE_COPIES: Grant(
        frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR})
    ),
    # Whoever confirms that a copy was destroyed stands in the register by name.
    Permission.KEEP_COPIES: Grant(
        frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.ADMINISTRATOR}),
        frozenset({Organization.CONTRACTOR, Organization.WARD}),
    ),
    # One person of each organization is there: staff.both_sides enforces it.
    Permission.KEEP_KEY_PAPERS: Grant(
        frozenset({Role.ADMINISTRATOR, Role.OFFICER, Role.WARD_OFFICER}),
        frozenset({Organization.CONTRACTOR, Organization.WARD}),
    ),
    Permission.SEE_TRANSFERS: Grant(
        frozenset({Role.OFFICER, Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR})
    ),
    Permission.KEEP_TRANSFERS: _BACK_OFFICE,
    # A second person accepts a difference, and the ward is one of the two: foundation.transfers
    # enforces it.
    Permission.ACCEPT_TRANSFERS: _BACK_OFFICE,
    # Each kind of work takes what its own subject takes: oversight.daily enforces it.
    Permission.SEE_JOBS: _BACK_OFFICE,
    # One person of each organization attests: staff.both_sides enforces it.
    Permission.DISPOSE: _BACK_OFFICE,
    # One asks, another carries it out, and the ward is one of the two: disposal.household enforces
    # it; of a protected household both are of the ward.
    Permission.DISPOSE_HOUSEHOLD: _BACK_OFFICE,
    # The ward sees which accounts came, changed and went, and by whom.
    Permission.SEE_STAFF: Grant(
        frozenset({Role.ADMINISTRATOR, Role.WARD_OFFICER, Role.AUDITOR}),
        frozenset({Organization.CONTRACTOR, Organization.WARD}),
    ),
    Permission.MANAGE_STAFF: Grant(frozenset({Role.ADMINISTRATOR})),
    # Each organization has its say about its own accounts: staff.vouching enforces it.
    Permission.VOUCH_FOR_STAFF: Grant(frozenset({Role.ADMINISTRATOR, Role.WARD_OFFICER})),
    Permission.SEE_SYSTEM: Grant(frozenset({Role.ADMINISTRATOR, Role.OFFICER, Role.WARD_OFFICER})),
}


def allows(permission: Permission, role: Role, organization: Organization) -> bool:
    """Return whether an account of this role and organization holds a permission."""
    grant = GRANTS[permission]
    fits = role in ROLES_OF_ORGANIZATION[organization]
    return fits and role in grant.roles and organization in grant.organizations


@cache
def held(role: Role, organization: Organization) -> frozenset[Permission]:
    """Return what an account of this role and organization may do."""
    return frozenset(
        permission for permission in Permission if allows(permission, role, organization)
    )


def knows_protected(actor: Actor) -> bool:
    """Return whether somebody who acts may know which households are protected."""
    return actor.role in GRANTS[Permission.KNOW_PROTECTED].roles


def may(staff: StaffUser, permission: Permission) -> bool:
    """Return whether a person may do something now.

    A deactivated account may do nothing, and one before the end of its first sign-in only that.
    """
    return permission in permissions_of(staff)


def permissions_of(staff: StaffUser) -> frozenset[Permission]:
    """Return everything that a person may do now."""
    if not staff.active:
        return frozenset()
    every = held(Role(staff.role), Organization(staff.organization))
    return every if staff.enrolled_at is not None else every & {Permission.OWN_ACCOUNT}
