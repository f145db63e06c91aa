"""All routes of the staff site."""

from litestar.handlers import HTTPRouteHandler

from admin.contacts import (
    call_backs,
    calls,
    escalation_sheets,
    escalations,
    fax_replies,
    faxes,
    scripts,
    telephony,
    written_down,
)
from admin.desk import (
    channel_changes,
    counter_channels,
    dashboard,
    household,
    search,
    stops,
    today,
    watch,
)
from admin.desk.in_call import acts, call_back
from admin.desk.in_call import household as household_in_call
from admin.desk.in_call import search as search_in_call
from admin.letters import documents, other_mail, subcontractors
from admin.mailroom import moved_pages
from admin.mailroom.incidents import (
    coupon_faults,
    downtime,
    incident_papers,
    incident_stops,
    incidents,
    site_notices,
)
from admin.mailroom.printing import (
    archives,
    dispatches,
    letters_without_id,
    lost_runs,
    posting,
    print_runs,
    proofs,
    recalls,
    tracking,
)
from admin.mailroom.returned_mail import returns, storage
from admin.mailroom.roster import holds, print_texts, protection, releases
from admin.mailroom.roster import imports as roster
from admin.oversight import (
    audit,
    board,
    calendar,
    copies,
    differences,
    settlement,
    system,
    transfer_sheets,
    transfers,
)
from admin.oversight.management import checklist, milestones, minutes, questions, registers
from admin.oversight.reports import call_report, declines, delivery_report
from admin.people import (
    account,
    coupons,
    entitlements,
    lock,
    notices,
    signin,
    sites,
    staff_accounts,
    staff_sessions,
    tasks,
)
from admin.requests import (
    blank_forms,
    bulk_reviews,
    counter,
    entries,
    parcel_mail,
    parcels,
    recipients,
    reviews,
    scans,
    stock,
)

MODULES = (
    signin,
    lock,
    dashboard,
    today,
    acts,
    channel_changes,
    counter_channels,
    calls,
    call_backs,
    escalations,
    escalation_sheets,
    board,
    faxes,
    fax_replies,
    written_down,
    entitlements,
    search_in_call,
    household_in_call,
    call_back,
    search,
    household,
    blank_forms,
    entries,
    bulk_reviews,
    reviews,
    stops,
    parcels,
    parcel_mail,
    stock,
    returns,
    storage,
    moved_pages,
    tracking,
    notices,
    tasks,
    holds,
    releases,
    print_texts,
    protection,
    recipients,
    counter,
    roster,
    print_runs,
    letters_without_id,
    proofs,
    archives,
    lost_runs,
    recalls,
    posting,
    other_mail,
    dispatches,
    scans,
    subcontractors,
    coupons,
    coupon_faults,
    incidents,
    incident_stops,
    incident_papers,
    site_notices,
    downtime,
    declines,
    delivery_report,
    call_report,
    telephony,
    watch,
    settlement,
    differences,
    scripts,
    milestones,
    minutes,
    questions,
    documents,
    checklist,
    registers,
    calendar,
    sites,
    account,
    staff_accounts,
    staff_sessions,
    system,
    copies,
    transfers,
    transfer_sheets,
    audit,
)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of all areas."""
    return [handler for module in MODULES for handler in module.handlers()]
