"""What a ward decides about questions passed to it: how many business days it has, and how often we call back."""

from dataclasses import dataclass

from portal.domain.program.reading import Section

ESCALATION_KINDS = ("eligibility", "protection", "change_of_recipient", "accident", "complaint", "press")


@dataclass(frozen=True, slots=True)
class EscalationSettings:
    """Business days until each kind of question is due (0: on the same business day), and calls without an answer."""

    eligibility: int
    protection: int
    change_of_recipient: int
    accident: int
    complaint: int
    press: int
    call_back_tries: int

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
    )
