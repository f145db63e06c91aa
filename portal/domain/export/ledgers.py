"""Which rows the ward gets, and what of them: keys without meaning outside, states, days and yen; nothing sealed."""

from portal.domain.alternatives.models import (
    AlternativeItem,
    AlternativeParcel,
    StockBalance,
    StockMovement,
    StockRange,
)
from portal.domain.announcements.models import CardPrint
from portal.domain.coupons.models import Coupon, CouponBatch, IssuerStatement
from portal.domain.declines.models import DeclineItem
from portal.domain.documents.models import DocumentUse, DocumentVersion
from portal.domain.entitlements.models import Entitlement
from portal.domain.export.scope import (
    Ledger,
    approvals,
    by_household,
    calls,
    events,
    requests,
    telephony,
    whole,
)
from portal.domain.households.models import Hold, Household
from portal.domain.incidents.models import CouponFault, Downtime, Incident, SiteNotice
from portal.domain.letters.models import BareLetter, Letter, PrintRun
from portal.domain.printing.models import Dispatch, PrintArchive, PrintProof
from portal.domain.reports.models import MonthlyReport, ReportVersion
from portal.domain.returned_mail.models import ReturnedItem
from portal.domain.roster.models import RosterImport
from portal.domain.settlement.models import SettlementLine
from portal.domain.shipments.models import OtherMail, Shipment
from portal.domain.staff.models import StaffUser
from portal.domain.subcontractors.models import SentFile, Subcontractor
from portal.domain.tracking.models import TrackingEvent


def ledgers() -> tuple[Ledger, ...]:
    """Return every ledger that is handed over."""
    return (
        by_household("households", Household.id, Household.state, Household.created_at, Household.changed_at, household=Household.id),
        by_household(
            "entitlements", Entitlement.id, Entitlement.household_id, Entitlement.amount_yen, Entitlement.state,
            Entitlement.created_at, Entitlement.changed_at, household=Entitlement.household_id,
        ),
        by_household(
            "coupons", Coupon.id, Coupon.batch_id, Coupon.entitlement_id, Coupon.face_yen, Coupon.state, Coupon.used_yen,
            Coupon.issuer_status, Coupon.issuer_as_of, Coupon.assigned_at, Coupon.revealed_at, Coupon.changed_at,
            household=Entitlement.household_id, join=(Entitlement, Entitlement.id == Coupon.entitlement_id),
        ),
        whole(
            "coupon_batches", CouponBatch.id, CouponBatch.order_ref, CouponBatch.count, CouponBatch.total_yen,
            CouponBatch.exchange_end, CouponBatch.use_end, CouponBatch.loaded_at,
        ),
        whole(
            "issuer_statements", IssuerStatement.id, IssuerStatement.as_of, IssuerStatement.file_sha256,
            IssuerStatement.rows, IssuerStatement.used_yen, IssuerStatement.imported_at,
        ),
        by_household(
            "letters", Letter.id, Letter.number, Letter.household_id, Letter.kind, Letter.state, Letter.print_run_id,
            Letter.children, Letter.amount_yen, Letter.printed_at, Letter.handed_over_at,
            household=Letter.household_id,
        ),
        by_household(
            "letters_without_id", BareLetter.id, BareLetter.number, BareLetter.household_id, BareLetter.kind, BareLetter.state,
            BareLetter.print_run_id, BareLetter.printed_at, BareLetter.handed_over_at, BareLetter.mail_class,
            BareLetter.posted_on, BareLetter.ended_on, household=BareLetter.household_id,
        ),
        whole(
            "print_runs", PrintRun.id, PrintRun.kind, PrintRun.state, PrintRun.planned, PrintRun.children,
            PrintRun.total_yen, PrintRun.notice_date, PrintRun.created_at, PrintRun.handed_over_at,
        ),
        whole(
            "print_proofs", PrintProof.id, PrintProof.print_run_id, PrintProof.state, PrintProof.build_sha256,
            PrintProof.seed, PrintProof.letters, PrintProof.children, PrintProof.amount_yen, PrintProof.made_at,
            PrintProof.made_by, PrintProof.decided_at, PrintProof.decided_by,
        ),
        whole(
            "print_archives", PrintArchive.id, PrintArchive.print_run_id, PrintArchive.subcontractor_id,
            PrintArchive.state, PrintArchive.file_name, PrintArchive.sha256, PrintArchive.letters,
            PrintArchive.children, PrintArchive.built_at, PrintArchive.sent_at, PrintArchive.lost_at,
        ),
        whole("card_prints", CardPrint.id, CardPrint.cards, CardPrint.sha256, CardPrint.printed_at, CardPrint.mail_class, CardPrint.posted_on),
        whole(
            "other_mail", OtherMail.id, OtherMail.posted_on, OtherMail.mail_class, OtherMail.what, OtherMail.pieces,
            OtherMail.entered_by, OtherMail.entered_at, OtherMail.dropped_at,
        ),
        whole("dispatches", Dispatch.id, Dispatch.day, Dispatch.post_office, Dispatch.planned, Dispatch.state),
        by_household(
            "shipments", Shipment.id, Shipment.kind, Shipment.household_id, Shipment.letter_id, Shipment.previous_id,
            Shipment.attempt, Shipment.value_yen, Shipment.state, Shipment.mail_class, Shipment.tracking_no,
            Shipment.posted_on, Shipment.absent_on, Shipment.kept_until, Shipment.delivered_on, Shipment.returned_on,
            Shipment.returned_reason, household=Shipment.household_id,
        ),
        by_household(
            "tracking_events", TrackingEvent.id, TrackingEvent.shipment_id, TrackingEvent.happened_on,
            TrackingEvent.word, TrackingEvent.status, household=Shipment.household_id,
            join=(Shipment, Shipment.id == TrackingEvent.shipment_id),
        ),
        by_household(
            "returned_mail", ReturnedItem.id, ReturnedItem.shipment_id, ReturnedItem.household_id, ReturnedItem.state,
            ReturnedItem.reason, ReturnedItem.action, ReturnedItem.box, ReturnedItem.received_on,
            ReturnedItem.keep_until, ReturnedItem.destroyed_at, household=ReturnedItem.household_id,
        ),
        Ledger(
            "requests_statistics", ("kind", "channel", "state", "result", "requests", "children", "amount_yen"), requests
        ),
        by_household(
            "declines", DeclineItem.id, DeclineItem.request_id, DeclineItem.entitlement_id, DeclineItem.state,
            DeclineItem.created_at, DeclineItem.changed_at, household=Entitlement.household_id,
            join=(Entitlement, Entitlement.id == DeclineItem.entitlement_id),
        ),
        by_household(
            "alternatives", AlternativeItem.id, AlternativeItem.request_id, AlternativeItem.entitlement_id,
            AlternativeItem.household_id, AlternativeItem.product, AlternativeItem.amount_yen, AlternativeItem.pieces,
            AlternativeItem.state, AlternativeItem.parcel_id, AlternativeItem.created_at,
            household=AlternativeItem.household_id,
        ),
        by_household(
            "parcels", AlternativeParcel.id, AlternativeParcel.household_id, AlternativeParcel.state,
            AlternativeParcel.pieces, AlternativeParcel.amount_yen, AlternativeParcel.mail_class,
            AlternativeParcel.shipment_id, household=AlternativeParcel.household_id,
        ),
        whole("stock", StockBalance.product, StockBalance.on_hand, StockBalance.reserved),
        whole(
            "stock_ranges", StockRange.id, StockRange.product, StockRange.first_serial, StockRange.last_serial,
            StockRange.count, StockRange.piece_yen, StockRange.delivery_note, StockRange.received_at,
        ),
        whole(
            "stock_ledger", StockMovement.id, StockMovement.at, StockMovement.product, StockMovement.kind,
            StockMovement.on_hand, StockMovement.reserved, StockMovement.actor_id,
        ),
        by_household("holds", Hold.id, Hold.household_id, Hold.code, Hold.state, Hold.created_at, Hold.released_at, household=Hold.household_id),
        by_household(
            "coupon_faults", CouponFault.id, CouponFault.receipt_no, CouponFault.state, CouponFault.household_id,
            CouponFault.entitlement_id, CouponFault.coupon_id, CouponFault.new_coupon_id, CouponFault.source,
            CouponFault.said, CouponFault.issuer_status, CouponFault.used_yen, CouponFault.reported_at,
            CouponFault.outcome, CouponFault.ended_at, household=CouponFault.household_id,
        ),
        whole(
            "incidents", Incident.id, Incident.number, Incident.kind, Incident.state, Incident.known_at,
            Incident.occurred_at, Incident.ward_told_at, Incident.contained_at, Incident.reported_at,
            Incident.closed_at,
        ),
        whole(
            "downtime", Downtime.id, Downtime.what, Downtime.planned, Downtime.state, Downtime.starts_at,
            Downtime.ends_at, Downtime.announced_at, Downtime.incident_id,
        ),
        whole(
            "site_notices", SiteNotice.id, SiteNotice.kind, SiteNotice.state, SiteNotice.sentence, SiteNotice.texts,
            SiteNotice.starts_at, SiteNotice.ends_at, SiteNotice.published_at,
        ),
        Ledger("calls_statistics", ("day", "channel", "direction", "language", "category", "result", "calls"), calls),
        Ledger(
            "telephony_counts",
            ("day", "half_hour", "language", "line", "offered", "answered", "abandoned", "busy", "short_abandoned",
             "within", "talk", "after_call"),
            telephony,
        ),
        whole(
            "roster_imports", RosterImport.id, RosterImport.file_name, RosterImport.sha256, RosterImport.layout,
            RosterImport.extracted, RosterImport.state, RosterImport.totals, RosterImport.created_at,
            RosterImport.applied_at,
        ),
        by_household(
            "settlement_lines", SettlementLine.settlement_id, SettlementLine.entitlement_id,
            SettlementLine.household_id, SettlementLine.state, SettlementLine.amount_yen, SettlementLine.used_yen,
            SettlementLine.lapsed_yen, SettlementLine.alternative_yen, SettlementLine.unspent_yen,
            household=SettlementLine.household_id, order=SettlementLine.entitlement_id,
        ),
        whole("report_states", MonthlyReport.id, MonthlyReport.kind, MonthlyReport.month, MonthlyReport.state, MonthlyReport.version),
        whole(
            "report_versions", ReportVersion.id, ReportVersion.report_id, ReportVersion.number, ReportVersion.sha256,
            ReportVersion.checked_by, ReportVersion.checked_at, ReportVersion.submitted_by,
            ReportVersion.submitted_at, ReportVersion.returned_at,
        ),
        whole(
            "subcontractors", Subcontractor.id, Subcontractor.name, Subcontractor.purpose, Subcontractor.work,
            Subcontractor.state, Subcontractor.consent_no, Subcontractor.consent_on, Subcontractor.proposed_at,
            Subcontractor.ended_at,
        ),
        whole(
            "sent_files", SentFile.id, SentFile.subcontractor_id, SentFile.what, SentFile.subject, SentFile.subject_id,
            SentFile.file_name, SentFile.sha256, SentFile.letters, SentFile.consent_no, SentFile.consent_on,
            SentFile.sent_by, SentFile.sent_at,
        ),
        whole(
            "document_versions", DocumentVersion.id, DocumentVersion.kind, DocumentVersion.number,
            DocumentVersion.label, DocumentVersion.file_name, DocumentVersion.sha256, DocumentVersion.state,
            DocumentVersion.proposed_at, DocumentVersion.instruction_no, DocumentVersion.instruction_on,
            DocumentVersion.decided_at,
        ),
        whole(
            "document_uses", DocumentUse.id, DocumentUse.version_id, DocumentUse.subject, DocumentUse.subject_id,
            DocumentUse.used_at,
        ),
        whole("staff", StaffUser.id, StaffUser.organization, StaffUser.role, StaffUser.active, StaffUser.created_at),
        Ledger(
            "approvals",
            ("id", "kind", "subject", "subject_id", "state", "proposed_by", "proposed_at", "confirmed_by", "confirmed_at",
             "instruction_no", "instruction_date"),
            approvals,
        ),
        Ledger(
            "audit_events",
            ("id", "at", "actor_role", "actor_id", "channel", "action", "subject", "subject_id", "household_id", "detail"),
            events,
        ),
    )  # fmt: skip
