"""The check of the chain as commands ask for it: by which keys, against which heads."""

from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.cli.context import Context
from portal.domain.foundation.audit.chain import Link
from portal.domain.foundation.audit.heads import load_signer, public_keys, read_heads
from portal.domain.foundation.audit.verifying import Verdict, verify
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.platform.disposed import noted_key

keys_option = click.option(
    "--public-key",
    "keys",
    multiple=True,
    metavar="HEX",
    help="The key that must have signed, as `portal audit key` shows it (default: audit.key).",
)


def check_chain(
    context: Context, keys: Sequence[str], place: Path | None = None, printed: Sequence[Link] = ()
) -> Verdict:
    """Check the whole chain, also against the heads in ``place`` (or in PORTAL_AUDIT_HEADS).

    Args:
        context: The command.
        keys: What ``keys_option`` was given; without any, audit.key must have signed, or after a
            disposal the key that the certificate names.
        place: The file or folder of heads that the ward keeps.
        printed: Ends of the chain as monthly reports print them.

    Raises:
        InputError: a key is none, or none was given and this machine has no audit.key.
    """
    kept = place or context.settings.audit_heads
    outside = read_heads(kept) if kept is not None else None
    with context.remaining_database().read() as session:
        known = public_keys(keys or [_own_key(context, session)])
        return verify(session, context.clock.now(session), known, outside, printed)


def _own_key(context: Context, session: Session) -> str:
    """Return this machine's public key, or the one that a disposal noted before it went."""
    signer = load_signer(context.settings.key_dir)
    if signer is not None:
        return signer.public_key.hex()
    noted = noted_key(session)
    if not noted:
        raise InputError(
            _s(
                "控えに署名する鍵 audit.key がありません。"
                "区が保管する公開鍵を --public-key で指定してください。"
            )
        )
    return noted
