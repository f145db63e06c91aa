"""``portal dispose verify``: for the ward, whether an older copy of the data opens with any key."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.context import FAILED, WITH_HOLDS, Context, answering, fail, json_option
from portal.cli.key_papers import sheets_option, typed_shares
from portal.cli.oversight.backup_options import FILE, folder_option
from portal.cli.oversight.tables import say_table
from portal.domain.foundation.actors import Organization
from portal.domain.foundation.paper_shares import SIDES, Share, combine
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.oversight.disposal.verdict import Verdict, verdict_paper
from portal.domain.oversight.reports.outputs import as_pdf
from portal.platform.disposing.verifying.copies import verify_unreadable
from portal.platform.disposing.verifying.held_keys import (
    HeldKey,
    identities_in,
    keys_in,
    keys_of_parts,
)

PLACE = click.Path(exists=True, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("verify")
@click.argument("copy", type=PLACE)
@click.option(
    "--identity", type=FILE, metavar="FILE", help="Secret key that opens a backup (AGE-SECRET-…)."
)
@click.option(
    "--keys",
    "places",
    type=PLACE,
    multiple=True,
    help="File or folder with keys that somebody still has; each is tried on everything.",
)
@click.option(
    "--sheet",
    "sides",
    multiple=True,
    type=click.Choice([side.value for side in SIDES]),
    help="Type in the sheet of keys of this organization; two sheets are put together.",
)
@sheets_option
@click.option("--paper", type=OUT, help="Write what was tried as PDF, to be kept.")
@folder_option
@json_option
@click.pass_obj
@answering
def verify(
    context: Context,
    copy: Path,
    identity: Path | None,
    places: tuple[Path, ...],
    sides: tuple[str, ...],
    sheets_fd: int | None,
    paper: Path | None,
    folder: Path | None,
) -> None:
    """For the ward: show that an older copy cannot be read.

    A copy is a backup, a dump of PostgreSQL, a file of SQLite, a folder, or any bytes. Ends with 1
    if anything opens, with 3 if something could not be tried. Needs no database, no keys and no
    server; it takes the copy apart in a place that is gone afterwards.
    """
    settings = context.settings
    looked = [place for place in (settings.key_dir, *places) if place.exists()]
    shares = typed_shares([Organization(side) for side in sides], sheets_fd)
    secret = [identity] if identity is not None else []
    found = verify_unreadable(
        settings,
        copy,
        identities_in([*secret, *looked]),
        folder,
        [*keys_in(looked), *_keys_on_paper(shares)],
    )
    context.write(found.as_json())
    if context.speaks:
        for table in found.tables():
            say_table(table)
    if paper is not None:
        _write(context, found, paper)
    _end(context, found)


def _keys_on_paper(shares: Sequence[Share]) -> list[HeldKey]:
    """Return what the sheets have: one alone as it is, two of them the keys that they make."""
    made = [
        key
        for share in shares
        for key in keys_of_parts(share.parts, _s("%(side)sの紙だけ") % {"side": share.side.label})
    ]
    if len(shares) == len(SIDES):
        made += keys_of_parts(combine(*shares), _s("2枚の紙"))
    return made


def _write(context: Context, found: Verdict, paper: Path) -> None:
    with use_locale("ja"):  # the ward reads it
        made = verdict_paper(context.load_program(), found)
    paper.write_bytes(as_pdf(made, datetime.now(UTC)))
    click.echo(_s("%(path)s に書き出しました。") % {"path": paper}, err=True)


def _end(context: Context, found: Verdict) -> None:
    if not found.is_unreadable:
        fail(found.sentence(), FAILED)
    if not found.is_whole:
        fail(found.sentence(), WITH_HOLDS)
    if context.speaks:
        click.echo(found.sentence())
