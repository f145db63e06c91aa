"""``portal letters proof``, ``approve``, ``refuse``, ``discard``.

A second person checks a run before its hand-over.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from portal.cli.asked import asked_option
from portal.cli.context import Context, answering, dry_run_option, json_option
from portal.cli.deciding import by_option, person
from portal.cli.mailroom.letters_words import say_ended, say_left_out
from portal.cli.mailroom.printer import make_printer
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s, _sn
from portal.domain.mailroom.printing.archives.discarding import discard_run
from portal.domain.mailroom.printing.proofs.decisions import approve_proof, refuse_proof
from portal.domain.mailroom.printing.proofs.making import is_current, live_proof, make_proof
from portal.domain.mailroom.printing.proofs.models import PrintProof
from portal.domain.mailroom.printing.proofs.pictures import open_picture, pages_of
from portal.domain.mailroom.printing.runs.pipeline.files import make_folder, put, write_part
from portal.domain.mailroom.printing.runs.recipients.selection import LeftOut
from portal.domain.mailroom.printing.runs.writers.enclosures import enclosure_name
from portal.domain.people.staff.permissions import Permission, held

RUN = click.argument("run_id", metavar="RUN", type=click.IntRange(min=1))


@click.command(
    "proof",
    help="Make the proof of a finished run: counts, and pictures of letters without secrets.",
)
@RUN
@by_option("Who makes or looks at it, an officer.")
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the pictures (PNG) to a folder; each look is on record.",
)
@json_option
@click.pass_obj
@answering
def proof(context: Context, run_id: int, folder: Path | None) -> None:
    """Make the proof where there is none yet, and show it."""
    database = context.database()
    with database.write() as session:
        there = is_current(session, live_proof(session, run_id))
        actor = person(
            context,
            session,
            context.by,
            Permission.SEE_LETTERS if there else Permission.PROPOSE_HAND_OVER,
        )
    if not there:
        make_proof(replace(make_printer(context), actor=actor), run_id)
    with database.write() as session:
        made = live_proof(session, run_id)
        if made is None or actor.organization is None:
            raise NotFoundError(_s("この印刷の校正刷りは、まだありません。"))
        knows = Permission.KNOW_PROTECTED in held(actor.role, actor.organization)
        pages = pages_of(session, made, include_protected=knows)
        pictures = [
            (
                one.letter_number,
                open_picture(context.work(session, actor), run_id, one.id, include_protected=knows),
            )
            for one in pages
            if folder is not None and one.shown
        ]
        left = {
            reason: n for reason, n in made.left_out.items() if knows or reason != LeftOut.PROTECTED
        }
        value = _json(made) | {
            "left_out": left,
            "letters_shown": [{"letter": one.letter_number, "places": one.places} for one in pages],
        }
    for number, png in pictures:
        put(write_part(make_folder(folder or Path()) / f"proof-{run_id:03}-{number}.png", png))
    context.write(value)
    if context.speaks:
        _say(value)


def _json(made: PrintProof) -> dict[str, Any]:
    return {
        "run": made.print_run_id,
        "proof": made.number,
        "state": made.state,
        "made": jst_date(made.made_at).isoformat(),
        "build": made.build_sha256,
        "seed": made.seed,
        "letters": made.letters,
        "children": made.children,
        "yen": made.amount_yen,
        "pieces": made.pieces,
        "enclosures": made.enclosures,
    }


def _say(value: dict[str, Any]) -> None:
    click.echo(
        _sn(
            "印刷 %(run)d の校正刷り: 手紙%(n)d通、こども%(children)d人、%(yen)s円",
            "印刷 %(run)d の校正刷り: 手紙%(n)d通、こども%(children)d人、%(yen)s円",
            value["letters"],
        )
        % {
            "run": value["run"],
            "n": value["letters"],
            "children": value["children"],
            "yen": f"{value['yen']:,}",
        }
    )
    for pieces, letters in value["pieces"].items():
        click.echo(
            "  "
            + _sn("封筒に%(pieces)s点: 手紙%(n)d通", "封筒に%(pieces)s点: 手紙%(n)d通", letters)
            % {"pieces": pieces, "n": letters}
        )
    for name, number in value["enclosures"].items():
        click.echo(
            "  " + _s("同封物 %(name)s: %(n)s") % {"name": enclosure_name(name), "n": number}
        )
    say_left_out(value["left_out"], ())
    for one in value["letters_shown"]:
        click.echo(f"  {one['letter']}")


@click.command("approve", help="Approve a run from its proof, as a second person.")
@RUN
@by_option("Who approves.")
@click.pass_obj
@answering
def approve(context: Context, run_id: int) -> None:
    """Approve; refused to the person who made the proof."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.CONFIRM_HAND_OVER)
        approve_proof(context.work(session, actor), run_id)
    click.echo(_s("印刷 %(run)d を校正刷りで承認しました。") % {"run": run_id})


@click.command(
    "refuse", help="Refuse a run from its proof, with a reason: its letters will not leave."
)
@RUN
@by_option("Who refuses.")
@asked_option("--reason", lambda: _s("差し戻す理由"), "Why; kept encrypted.")
@click.pass_obj
@answering
def refuse(context: Context, run_id: int, reason: str) -> None:
    """Refuse; the run can only be discarded then."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.CONFIRM_HAND_OVER)
        refuse_proof(context.work(session, actor), run_id, reason)
    click.echo(_s("印刷 %(run)d を承認しませんでした。理由は記録しました。") % {"run": run_id})


@click.command(
    "discard", help="Give up a run that was refused: all its letters, IDs and passwords end."
)
@RUN
@by_option("Who gives it up.")
@dry_run_option
@json_option
@click.pass_obj
@answering
def discard(context: Context, run_id: int) -> None:
    """Discard; the next build makes new letters for the households."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.TAKE_OUT_LETTERS)
        gone = discard_run(context.work(session, actor), run_id)
        if context.dry_run:
            session.rollback()
    say_ended(
        context,
        run_id,
        gone,
        _sn(
            "印刷 %(run)d を取りやめ、手紙%(n)d通とIDを無効にしました。",
            "印刷 %(run)d を取りやめ、手紙%(n)d通とIDを無効にしました。",
            gone.letters,
        ),
    )
