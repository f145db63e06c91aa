"""Opening what was written in a question to the ward and in its answers."""

from typing import Any

from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.foundation.vault import Vault, unseal_json


def context(receipt_no: str) -> str:
    """Return the place to which sealed words of a question are bound."""
    return f"escalation:{receipt_no}"


def question_of(vault: Vault, row: Escalation) -> dict[str, Any]:
    """Return what was asked: ``text``, and ``telephone`` (digits, may be empty)."""
    opened: dict[str, Any] = unseal_json(
        vault.unwrap(row.wrapped_key), row.sealed, context(row.receipt_no)
    )
    return opened


def answer_text(vault: Vault, row: Escalation, found: EscalationAnswer) -> str:
    """Return the words of one answer."""
    opened = unseal_json(vault.unwrap(row.wrapped_key), found.sealed, context(row.receipt_no))
    return str(opened["text"])
