"""Code words of incidents: kinds, report fields, and what can be done about letters and coupons."""

from enum import StrEnum


class Source(StrEnum):
    """How a coupon fault reached us."""

    CALL = "call"
    FAX = "fax"
    RESIDENT = "resident"
    COUNTER = "counter"
    POST = "post"


SAID = ("not_read", "used", "expired", "stopped", "not_accepted", "other")
"""What the shop said: cannot be read, used up, over, stopped, not taken here, something else."""

ISSUER_ANSWERS = ("unused", "part_used", "exchanged", "expired", "stopped", "unknown")
"""The issuer's status of a code; ``unknown`` where it does not know the code."""

OUTCOMES = (
    "shop_mistake",
    "used_by_household",
    "expired",
    "works_now",
    "other_request",
    "not_ours",
    "other",
)
"""Why a case ended without a new code."""

INCIDENT_KINDS = (
    "lost_letters",
    "wrong_delivery",
    "wrong_count",
    "lost_file",
    "leak",
    "misuse",
    "coupon_fault",
    "access",
    "outage",
    "other",
)

FIELDS = (
    "summary",
    "items",
    "people",
    "cause",
    "secondary",
    "persons",
    "publication",
    "prevention",
    "other",
)
"""概要, 項目, 人数, 原因, 二次被害, 本人対応, 公表, 再発防止, その他.

What a report to the 個人情報保護委員会 holds.
"""

LETTER, COUPON, HOUSEHOLD = SUBJECTS = ("letter", "coupon", "household")
TYPED, OF_RUN, OF_BATCH, OF_LOG = ("typed", "run", "batch", "log")

LISTED, STOPPED, AWAITED, SPENT, CANNOT, IN_STOCK, OVER, RECALL = RESULTS = (
    "listed",
    "stopped",
    "awaited",
    "spent",
    "cannot",
    "in_stock",
    "over",
    "pull",
)
"""``awaited``: the issuer must answer first. ``spent``: money was used before.

``cannot``: this issuer never stops codes, so the code is hidden. ``in_stock``: nobody has it.
``over``: it had ended before. ``pull``: the letter left our hands; its ID is stopped, and it is to
be recalled at the mail house or the post office.
"""

FIRST, PROGRESS, FINAL, RESULT = REPORTS = ("first", "progress", "final", "result")
"""事故報告書（速報）, 経過報告書, 事故報告書（確報）, 結果報告書 (R40, R63)."""
