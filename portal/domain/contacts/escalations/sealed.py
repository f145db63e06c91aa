"""Unsealing the texts of questions to the ward and of its answers."""

from dataclasses import dataclass, field

from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.foundation.vault import Vault, unseal_json


def context(receipt_no: str) -> str:
    """Return the context to which a question's sealed texts are bound."""
    return f"escalation:{receipt_no}"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """The sealed part of a question; ``telephone`` are digits, "" if the ward need not call."""

    text: str = field(repr=False)
    telephone: str = field(default="", repr=False)


def question_of(vault: Vault, row: Escalation) -> AskedQuestion:
    """Unseal a question."""
    opened = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, context(row.receipt_no))
    return AskedQuestion(str(opened["text"]), str(opened.get("telephone", "")))


def answer_text(vault: Vault, row: Escalation, found: EscalationAnswer) -> str:
    """Return the text of one answer."""
    opened = unseal_json(vault.unwrap(row.wrapped_key), found.sealed, context(row.receipt_no))
    return str(opened["text"])
