"""What was written about a call, sealed under the call's own key, as it is personal data."""

from collections.abc import Mapping
from typing import Any

from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.vault import Vault, seal_json, unseal_json

TEXT, CALL_BACK, TRACKING, NOTABLE = "text", "call_back", "tracking", "notable"
"""What an agent wrote, the number to call back, a tracking number, and words meant for the month's report."""
KEYS = (TEXT, CALL_BACK, TRACKING, NOTABLE)
TAKEN_BY = "taken_by"
"""Key of the agent's name for a call that was written down by somebody without an account."""


def write_text(vault: Vault, call: Call, written: Mapping[str, Any]) -> None:
    """Seal what was written about a call, replacing what was written before.

    Empty values are left out.
    """
    kept = {name: value for name, value in written.items() if value}
    if not kept:
        call.sealed = None
        return
    if call.wrapped_key is None:
        key, call.wrapped_key = vault.new_data_key()
    else:
        key = vault.unwrap(call.wrapped_key)
    call.sealed = seal_json(key, kept, _context(call))


def read_text(vault: Vault, call: Call) -> dict[str, Any]:
    """Return what was written about a call by ``KEYS``; an empty dict if nothing was."""
    if call.sealed is None or call.wrapped_key is None:
        return {}
    opened: dict[str, Any] = unseal_json(
        vault.unwrap(call.wrapped_key), call.sealed, _context(call)
    )
    return opened


def _context(call: Call) -> str:
    return f"call:{call.receipt_no}"
