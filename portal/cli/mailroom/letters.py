"""``portal letters``: preflight, build, alignment page, and the status of print runs."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from portal.cli.context import (
    FAILED,
    WITH_HOLDS,
    Context,
    answering,
    dry_run_option,
    json_option,
)
from portal.cli.deciding import by_option, knows_protected
from portal.cli.late import warn_after_delivery
from portal.cli.mailroom.cards import cards
from portal.cli.mailroom.hand_over import hand_over
from portal.cli.mailroom.letters_archive import archive, lost, remove_plain, take
from portal.cli.mailroom.letters_post import post
from portal.cli.mailroom.letters_proof import approve, discard, proof, refuse
from portal.cli.mailroom.letters_without_id import advance, test_posting
from portal.cli.mailroom.letters_words import built_json, preflight_json, say_built, say_preflight
from portal.cli.mailroom.printer import make_printer
from portal.cli.progress import progress_bar
from portal.cli.renamed import RenamedGroup
from portal.domain.foundation.texts import _s, _sn, label_of
from portal.domain.letters.letters.drawing.barcode import customer_bars
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import letter_frame
from portal.domain.letters.letters.drawing.render import render_testpage
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.domain.letters.letters.states import RunState
from portal.domain.mailroom.printing.runs.build import CHUNK_SIZE, BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.files import put, write_part
from portal.domain.mailroom.printing.runs.pipeline.plan import open_run
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.queries import (
    RunStatus,
    Withdrawal,
    run_statuses,
    to_withdraw,
)
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight, preflight
from portal.domain.mailroom.printing.runs.writers.approved_texts import approved_texts
from portal.domain.people.households.protection import protection_loaded

SAMPLE_ADDRESS = ("見本区見本町一丁目2番地の3", "見本マンション405号室")


@click.group(
    "letters",
    cls=RenamedGroup,
    renamed={"remove-plain": "remove-plaintext"},
    help="Letters with ID and password: preflight, build, alignment page, status.",
)
def letters() -> None:
    """Letters."""


letters.add_command(cards)
letters.add_command(hand_over)
letters.add_command(proof)
letters.add_command(approve)
letters.add_command(refuse)
letters.add_command(discard)
letters.add_command(archive)
letters.add_command(take)
letters.add_command(lost)
letters.add_command(remove_plain)
letters.add_command(post)
letters.add_command(advance)
letters.add_command(test_posting)


def _warn_of_address(context: Context) -> None:
    url, wanted = context.settings.public_url, context.load_program().resident_url
    if not context.settings.in_production:
        return
    if not url.startswith("https://") or (wanted and wanted != url):
        click.echo(
            _s(
                "手紙のQRコードは %(url)s を開きます。住民に送る手紙なら、"
                "PORTAL_PUBLIC_URL を住民サイトのアドレス（https://…）"
                "にしてから作り直してください。"
            )
            % {"url": url},
            err=True,
        )


@letters.command(
    help="Give every household to be issued a new ID and password, and print (PDF). Resumes."
)
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the files (default: letters/run-NNN in the data directory).",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many letters.")
@click.option(
    "--chunk",
    "chunk_size",
    type=click.IntRange(1, 500),
    default=CHUNK_SIZE,
    show_default=True,
    metavar="N",
    help="Letters per file.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes (default: PORTAL_WORKERS).",
)
@click.option(
    "--notice-date",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Date on the letter (default: today).",
)
@dry_run_option
@json_option
@click.pass_obj
@answering
def build(
    context: Context,
    folder: Path | None,
    limit: int | None,
    chunk_size: int,
    workers: int | None,
    notice_date: datetime | None,
) -> None:
    """Build letters; ends with 3 while households are held or cannot be printed.

    Before the first day of delivery this is preparation; after its last day it only warns.
    """
    day = notice_date.date() if notice_date else None
    if context.dry_run:
        _dry_run(context, limit, day)
        return
    printer = make_printer(context)
    _warn_of_address(context)
    with progress_bar(_s("手紙を作っています")) as report:
        built = build_letters(
            printer,
            folder=folder,
            limit=limit,
            chunk_size=chunk_size,
            workers=workers or context.settings.workers,
            notice_date=day,
            progress=report,
        )
    _end_build(context, built)


def _end_build(context: Context, built: BuiltRun | Preflight) -> None:
    """Report what was built, and end with 3 while households are held or cannot be printed."""
    checked = built if isinstance(built, Preflight) else built.checked
    value: dict[str, Any] = preflight_json(checked) if checked else {}
    if isinstance(built, BuiltRun):
        value |= built_json(built)
    context.write(value)
    if context.speaks:
        say_built(built)
        if checked:
            say_preflight(checked)
    warn_after_delivery(context)
    if checked and (checked.findings or checked.left_out["held"]):
        sys.exit(WITH_HOLDS)


def _dry_run(context: Context, limit: int | None, day: date | None) -> None:
    """Report what a run would hold; nothing is built."""
    printer = make_printer(context)
    with printer.read() as session:
        loaded, found = protection_loaded(session), open_run(session)
        checked = preflight(context.work(session), printer.fonts)
        printer.frame(day or printer.clock.now(session).date())
    chosen = checked.ready[:limit]
    value = preflight_json(checked) | {
        "protection_loaded": loaded,
        "open_run": found.id if found else None,
        "letters": len(chosen),
        "children": sum(one.children for one in chosen),
        "amount_yen": sum(one.amount_yen for one in chosen),
    }
    context.write(value)
    if context.speaks:
        if found:
            click.echo(
                _s("途中の印刷 %(id)d があります。次の実行は、その続きからです。")
                % {"id": found.id}
            )
        click.echo(
            _sn(
                "作る手紙は%(n)d通、こども%(children)d人、%(yen)s円です。",
                "作る手紙は%(n)d通、こども%(children)d人、%(yen)s円です。",
                len(chosen),
            )
            % {"n": len(chosen), "children": value["children"], "yen": f"{value['amount_yen']:,}"}
        )
        say_preflight(checked)
        click.echo(_s("試しの実行です。何も保存していません。"))
    _end_unprotected(loaded)
    _end_unapproved(printer)
    warn_after_delivery(context)
    if checked.findings or checked.left_out["held"]:
        sys.exit(WITH_HOLDS)


def _end_unprotected(loaded: bool) -> None:
    if not loaded:
        click.echo(_s("支援措置の情報がまだないため、印刷は始められません。"), err=True)
        sys.exit(FAILED)


def _end_unapproved(printer: Printer) -> None:
    with printer.read() as session:
        approved_texts(printer.work(session))  # raises, and the command ends with its sentence


@letters.command(
    "preflight", help="List names and addresses that cannot be printed; changes nothing."
)
@json_option
@click.pass_obj
@answering
def preflight_command(context: Context) -> None:
    """Check before printing; ends with 3 when something cannot be printed."""
    printer = make_printer(context)
    with printer.read() as session:
        loaded = protection_loaded(session)
        checked = preflight(context.work(session), printer.fonts)
    context.write(preflight_json(checked) | {"protection_loaded": loaded})
    if context.speaks:
        click.echo(
            _sn(
                "印刷できる世帯は%(n)d件です。", "印刷できる世帯は%(n)d件です。", len(checked.ready)
            )
            % {"n": len(checked.ready)}
        )
        say_preflight(checked)
    _end_unprotected(loaded)
    _end_unapproved(printer)
    if checked.findings:
        sys.exit(WITH_HOLDS)


@letters.command("testpage", help="Write an alignment page for the window of the envelope.")
@click.option(
    "--out",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="PDF to write.",
)
@click.pass_obj
@answering
def testpage(context: Context, target: Path) -> None:
    """Write a page with the window's frame, rulers and a sample address; needs no database."""
    program = context.load_program()
    url = context.settings.public_url
    frame = letter_frame(
        program, load_texts(program.letter_texts_file), notice_date=program.today, resident_url=url
    )
    postal_code = program.contact.address.postal_code
    sample = LetterContent(
        letter_number="M000000000",
        postal_code=postal_code,
        address_lines=SAMPLE_ADDRESS,
        addressee="見本　太郎",
        children=1,
        amount_yen=program.amount_yen,
        login_id="1000000008",
        password="CDFGHJKLMNPQ",  # noqa: S106  (a sample)
        sign_in_url=f"{url}/signin",
        customer_bars=customer_bars(postal_code, "一丁目2番地の3 405号室"),
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    put(write_part(target.absolute(), render_testpage(frame, sample)))
    click.echo(
        _s(
            "%(path)s を書きました。倍率100%%で印刷し、封筒に入れて、"
            "窓とあて名の位置を確かめてください。"
        )
        % {"path": target}
    )


@letters.command(
    "status", help="Print runs, and printed letters that must be taken out before posting."
)
@by_option("A person of the ward: with letters of protected households.", required=False)
@json_option
@click.pass_obj
@answering
def status(context: Context) -> None:
    """Show runs; ends with 3 when a printed letter must not go out any more.

    Letters of protected households are named for a person of the ward only; that there are some is
    said to everybody: nothing goes out before.
    """
    knows = knows_protected(context)
    with context.database().read() as session:
        runs = run_statuses(session)
        withdrawn = list(to_withdraw(session, include_protected=knows))
        of_ward = len(list(to_withdraw(session, include_protected=True))) > len(withdrawn)
    context.write(
        {
            "runs": [asdict(run) for run in runs],
            "withdraw": [asdict(letter) for letter in withdrawn],
            "ward_takes_out": of_ward,
        },
    )
    if context.speaks:
        _echo_runs(runs)
        _echo_withdrawn(withdrawn, of_ward=of_ward)
    if withdrawn or of_ward:
        sys.exit(WITH_HOLDS)


def _echo_runs(runs: Sequence[RunStatus]) -> None:
    if not runs:
        click.echo(_s("印刷はまだありません。"))
    for run in runs:
        click.echo(
            _s(
                "印刷 %(id)d（%(state)s）: %(printed)d／%(planned)d通、ファイル "
                "%(built)d／%(chunks)d、%(node)s %(folder)s"
            )
            % {
                "id": run.id,
                "state": label_of(RunState, run.state),
                "printed": run.printed,
                "planned": run.planned,
                "built": run.chunks_built,
                "chunks": run.chunks,
                "node": run.node or "",
                "folder": run.folder,
            }
        )


def _echo_withdrawn(withdrawn: Sequence[Withdrawal], *, of_ward: bool) -> None:
    if withdrawn:
        click.echo(
            _s("印刷の後に、支援措置や保留になった世帯の手紙です。引き渡す前に抜き取ってください。")
        )
    for letter in withdrawn:
        click.echo(
            _s("  %(number)s: %(file)s の%(page)dページ")
            % {"number": letter.letter_number, "file": letter.file, "page": letter.page}
        )
    if of_ward:
        click.echo(
            _s("区の担当が先に抜き取る手紙があります。区の担当が --by を付けると、番号が出ます。")
        )
