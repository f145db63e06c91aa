"""Texts written about a call: personal data, sealed under a key of the call's own."""

from collections.abc import Mapping

from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json


class WrittenPart(Labeled):
    """The texts that may be written about a call, by their key in the sealed part.

    ``notable`` is text meant for the month's report; ``next_contact`` says who is in touch next,
    and when; ``taken_by`` is the name of an agent without an account, of a call that was written
    down.
    """

    TEXT = "text", lambda: _s("内容")
    NEXT_CONTACT = "next_contact", lambda: _s("次の連絡")
    CALL_BACK = "call_back", lambda: _s("折り返す電話番号")
    TRACKING = "tracking", lambda: _s("お問い合わせ番号")
    NOTABLE = "notable", lambda: _s("月の報告に載せたいこと")
    TAKEN_BY = "taken_by", lambda: _s("受けた人（アカウントのない人）")


TEXT, NEXT_CONTACT, CALL_BACK, TRACKING, NOTABLE, TAKEN_BY = WrittenPart
KEYS = (TEXT, NEXT_CONTACT, CALL_BACK, TRACKING, NOTABLE)
"""The texts that an agent writes after a call."""


def write_text(vault: Vault, call: Call, written: Mapping[str, str]) -> None:
    """Seal what was written about a call, replacing what was written before.

    Empty values are left out.
    """
    kept = {str(name): value for name, value in written.items() if value}
    if not kept:
        call.sealed = None
        return
    if call.wrapped_key is None:
        key, call.wrapped_key = vault.new_data_key()
    else:
        key = vault.unwrap(call.wrapped_key)
    call.sealed = seal_json(key, kept, _context(call))


def read_text(vault: Vault, call: Call) -> dict[str, str]:
    """Return what was written about a call, by ``WrittenPart``; an empty dict if nothing was."""
    if call.sealed is None or call.wrapped_key is None:
        return {}
    opened: dict[str, str] = unseal_json(
        vault.unwrap(call.wrapped_key), call.sealed, _context(call)
    )
    return opened


def _context(call: Call) -> str:
    return f"call:{call.receipt_no}"
