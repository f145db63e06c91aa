"""The ward's settings for questions passed to it: time limits, call-back tries, the sheet's key."""

import re
from dataclasses import dataclass

import pyrage

from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

ESCALATION_KINDS = (
    "eligibility",
    "protection",
    "change_of_recipient",
    "accident",
    "complaint",
    "press",
)
_SECRET = re.compile("age-secret-key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EscalationSettings:
    """Business days until each kind of question is due (0: the same one), and unanswered calls.

    ``sheet_key`` is the ward's age public key, with which the sheet of open questions is encrypted.
    Without a key there is no sheet.
    """

    eligibility: int
    protection: int
    change_of_recipient: int
    accident: int
    complaint: int
    press: int
    call_back_tries: int
    sheet_key: str = ""

    def due_days(self, kind: str) -> int:
        """Return the business days that the ward has for a question of this kind."""
        days: int = getattr(self, kind)
        return days


def read_escalation_settings(root: Section) -> EscalationSettings:
    """Read ``[escalations]``; every key has a default."""
    table = root.table("escalations", required=False)

    def days(kind: str, default: int) -> int:
        return table.whole(kind, default, low=0, high=30)

    return EscalationSettings(
        eligibility=days("eligibility", 3),
        protection=days("protection", 0),
        change_of_recipient=days("change_of_recipient", 5),
        accident=days("accident", 0),
        complaint=days("complaint", 3),
        press=days("press", 1),
        call_back_tries=table.whole("call_back_tries", 3, low=1, high=9),
        sheet_key=_sheet_key(table),
    )


def _sheet_key(table: Section) -> str:
    typed = table.text("sheet_key", "")
    try:
        return str(pyrage.x25519.Recipient.from_str(typed)) if typed else ""
    except pyrage.RecipientError:
        if _SECRET.search(typed):
            table.problem(
                "sheet_key",
                _s("これは秘密の鍵です。区に、鍵を作り直して公開鍵を送るよう頼んでください。"),
            )
        else:
            table.problem("sheet_key", _s("区の公開鍵を「age1」で始まる62文字で書いてください。"))
        return ""
