"""Every table that may hold a person, and what the ward calls it.

A test compares ``OF_TABLE`` and ``HOLDS_NOBODY`` with the classes of all columns.
"""

from collections.abc import Mapping

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.oversight.disposal.household.traces import KEPT


class Place(Labeled):
    """A kind of records, as the ward reads it."""

    REGISTERED = "registered", lambda: _s("世帯とこどもの登録")
    ACCOUNT = "account", lambda: _s("IDと確認の番号の受け取り方")
    LETTERS = "letters", lambda: _s("手紙と郵便")
    MESSAGES = "messages", lambda: _s("SMSとメール")
    REQUESTS = "requests", lambda: _s("申請")
    SCANS = "scans", lambda: _s("紙とFAXの画像")
    CALLS = "calls", lambda: _s("電話の記録")
    TASKS = "tasks", lambda: _s("用件の記録")
    NOTES = "notes", lambda: _s("メモの記録")
    FAXES = "faxes", lambda: _s("FAXの記録")
    QUESTIONS = "questions", lambda: _s("区への質問と回答")
    COUPONS = "coupons", lambda: _s("クーポンと不具合")
    PERSON_REQUESTS = "person_requests", lambda: _s("本人からの請求")
    EXTRACTS = "extracts", lambda: _s("抽出ファイルの行")
    OPENINGS = "openings", lambda: _s("世帯を開いた理由")
    INCIDENTS = "incidents", lambda: _s("事故の記録")
    AUDIT = "audit", lambda: _s("操作の記録")
    FILES = "files", lambda: _s("印刷会社に渡す手紙のファイル")


OF_TABLE: Mapping[str, Place] = {
    **dict.fromkeys(("household", "child", "moved_child", "hold"), Place.REGISTERED),
    "search_index": Place.REGISTERED,
    **dict.fromkeys(("credential", "otp_authenticator", "one_time_code"), Place.ACCOUNT),
    **dict.fromkeys(("backup_code", "auth_session", "passkey"), Place.ACCOUNT),
    **dict.fromkeys(("letter", "bare_letter", "letter_order", "print_text"), Place.LETTERS),
    **dict.fromkeys(
        ("shipment", "tracking_event", "dismissed_number", "print_proof_page"), Place.LETTERS
    ),
    **dict.fromkeys(("counter_hand_over", "approval"), Place.LETTERS),
    "outbox_message": Place.MESSAGES,
    **dict.fromkeys(("request", "paper_form", "decline_item", "redelivery"), Place.REQUESTS),
    **dict.fromkeys(("scan", "scan_finding"), Place.SCANS),
    **dict.fromkeys(("call_record", "call_household", "report_note"), Place.CALLS),
    "task": Place.TASKS,
    "household_note": Place.NOTES,
    **dict.fromkeys(("fax_case", "fax_reply"), Place.FAXES),
    **dict.fromkeys(("escalation", "escalation_answer", "escalation_sheet"), Place.QUESTIONS),
    "sending_pause": Place.QUESTIONS,
    **dict.fromkeys(("coupon", "coupon_fault", "issuer_difference"), Place.COUPONS),
    **dict.fromkeys(("roster_row", "staged_household", "staged_child"), Place.EXTRACTS),
    "staged_hold": Place.EXTRACTS,
    "person_request": Place.PERSON_REQUESTS,
    "household_opening": Place.OPENINGS,
    "incident": Place.INCIDENTS,
    "audit_event": Place.AUDIT,
}
"""Tables that are searched for the person."""

HOLDS_NOBODY: Mapping[str, str] = {
    name: reason for name, reason in KEPT.items() if name not in OF_TABLE
}
"""Tables that hold nothing of one family, with the reason that the disposal gives for each."""
