"""Unsealing the texts of questions to the ward and of its answers."""

from typing import Any

from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.foundation.vault import Vault, unseal_json


def context(receipt_no: str) -> str:
    """Return the context to which a question's sealed texts are bound."""
    return f"escalation:{receipt_no}"


def question_of(vault: Vault, row: Escalation) -> dict[str, Any]:
    """Return the question: ``text``, and ``telephone`` (digits, may be empty)."""
    opened: dict[str, Any] = unseal_json(
        vault.unwrap(row.wrapped_key), row.sealed, context(row.receipt_no)
    )
    return opened


def answer_text(vault: Vault, row: Escalation, found: EscalationAnswer) -> str:
    """Return the text of one answer."""
    opened = unseal_json(vault.unwrap(row.wrapped_key), found.sealed, context(row.receipt_no))
    return str(opened["text"])
