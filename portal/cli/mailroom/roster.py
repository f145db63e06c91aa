"""``portal roster``: check an extract, import it, list differences and holds."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from msgspec import Struct

from portal.cli.context import (
    WITH_HOLDS,
    Context,
    answering,
    dry_run_option,
    json_option,
    refuse_file,
    shown_json_option,
)
from portal.cli.deciding import by_option, knows_protected
from portal.cli.mailroom.roster_holds import day, print_text, protection_group, release
from portal.cli.mailroom.roster_words import say_report, say_unexplained
from portal.cli.on_record import past_the_record
from portal.cli.program_files import require_sound
from portal.cli.sheets import enter_sheet, sheet_option
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.taking import file_against_sheet
from portal.domain.mailroom.listing import Excerpt
from portal.domain.mailroom.roster.checks.check import RosterReport, check_file
from portal.domain.mailroom.roster.checks.codes import explain
from portal.domain.mailroom.roster.checks.rows import RosterRules
from portal.domain.mailroom.roster.checks.towns import rules_of
from portal.domain.mailroom.roster.files.layout import Layout, find_layout
from portal.domain.mailroom.roster.imports.apply import STEPS
from portal.domain.mailroom.roster.imports.importer import Imported, Importer
from portal.domain.mailroom.roster.imports.kinds import meaning
from portal.domain.mailroom.roster.queries import (
    HeldHousehold,
    RejectedRow,
    described_differences,
    difference_counts,
    held_households,
    rejected_rows,
)
from portal.domain.mailroom.roster.queries import imports as list_imports

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
T = TypeVar("T")
BY_WARD = by_option("A person of the ward: with protected households.", required=False)


class FileForm(Struct, frozen=True):
    """The form of an extract: its layout by name or path, and the day of extraction as typed."""

    layout_name: str | None
    extracted: str | None

    def layout(self, context: Context) -> Layout:
        """Return the layout. Raises InputError."""
        if not self.layout_name:
            raise InputError(
                _s("--layout で、ファイルの形（レイアウト）の名前かファイルを指定してください。")
            )
        return find_layout(self.layout_name, context.load_program().layouts_dir)

    def rules(self, context: Context) -> RosterRules:
        """Return the rules on the day of extraction, by default today. Raises InputError."""
        program = context.load_program()
        return rules_of(program, extracted=day(self.extracted) or program.today)


def _form_options(function: Callable[..., T]) -> Callable[..., T]:
    """Add ``--layout`` and ``--extracted``, and pass them to a command as ``form``."""

    @click.option(
        "--layout", metavar="NAME_OR_FILE", help="A layout of the program or a TOML file."
    )
    @click.option(
        "--extracted", metavar="YYYY-MM-DD", help="Day of extraction, if no column says it."
    )
    @wraps(function)
    def wrapped(*args: object, layout: str | None, extracted: str | None, **options: object) -> T:
        return function(*args, form=FileForm(layout, extracted), **options)

    return wrapped


@click.group("roster", help="The ward's extract: check it, import it, see what is held.")
def roster_group() -> None:
    """Extracts of the ward."""


roster_group.add_command(release)
roster_group.add_command(print_text)
roster_group.add_command(protection_group)

CHECKING, STAGING, APPLYING = 1, 3, 1  # shares of an import's time, for the bar
SHOWN_AT_ONCE = 200


class _Work:
    """One bar over check, staging and applying, in bytes of the file times each part's share."""

    def __init__(self, size: int, advance: Callable[[int], None]) -> None:
        self._size = size
        self._advance = advance
        self.share = CHECKING

    def read(self, size: int) -> None:
        """Some bytes were read."""
        self._advance(size * self.share)

    def applied(self) -> None:
        """One step of applying was done."""
        self._advance(self._size * APPLYING // STEPS)


@contextmanager
def _work(size: int, label: str, shares: int) -> Iterator[_Work]:
    with click.progressbar(length=size * shares, label=label, file=past_the_record()) as bar:
        yield _Work(size, bar.update)


def _show_report(report: RosterReport, target: str | None) -> None:
    if target:
        report.write_json(sys.stdout)


def _end(report: RosterReport) -> NoReturn:
    raise SystemExit(0 if report.clean else WITH_HOLDS)


@roster_group.command("check", help="Check a file; nothing is stored.")
@click.argument("file", type=FILE)
@_form_options
@shown_json_option
@click.pass_obj
@answering
def check(context: Context, file: Path, form: FileForm) -> None:
    """Check an extract; stores nothing."""
    layout, rules = form.layout(context), form.rules(context)
    with _work(file.stat().st_size, _s("確認中"), CHECKING) as work:
        report = check_file(file, layout, rules, progress=work.read)
    if context.speaks:
        say_report(report)
    _show_report(report, context.json_file)
    _end(report)


def _importer(context: Context) -> Importer:
    amount_yen = context.load_program().amount_yen
    return Importer(context.work_source(), amount_yen)


@roster_group.command(
    "import",
    help="Import a file; from the second on, show the differences, and apply them with --apply.",
)
@click.argument("file", type=FILE, required=False)
@_form_options
@click.option(
    "--apply", "apply_id", type=int, metavar="DIFF_ID", help="Apply the differences of this import."
)
@sheet_option
@dry_run_option
@json_option
@click.pass_obj
@answering
def import_(
    context: Context,
    file: Path | None,
    form: FileForm,
    apply_id: int | None,
    sheet: Path | None,
) -> None:
    """Import an extract, or apply one that waits."""
    if apply_id is not None:
        _apply(context, apply_id)
        return
    if file is None:
        raise InputError(_s("取り込むファイルか、--apply と番号を指定してください。"))
    require_sound(context.load_program())
    layout, rules = form.layout(context), form.rules(context)
    size = file.stat().st_size
    if context.dry_run:
        if context.json_file not in {None, "-"}:
            refuse_file()
        with _work(size, _s("確認中"), CHECKING) as work:
            report = check_file(file, layout, rules, progress=work.read)
        _end_dry_run(report, context.json_file)
    if sheet is not None:
        enter_sheet(context, sheet, TransferKind.EXTRACT)
    importer = _importer(context)
    shares = CHECKING + STAGING + APPLYING
    told = file_against_sheet(context.work_source(), file, TransferKind.EXTRACT)
    with _work(size, _s("取り込み中"), shares) as work, told:
        report = check_file(file, layout, rules, progress=work.read)
        work.share = STAGING
        try:
            done = importer.run(file, report, step=work.applied)
        except ConflictError:
            if context.speaks:
                say_unexplained(report)
            raise
    _tell(context, done, report)


def _tell(context: Context, done: Imported, report: RosterReport) -> None:
    if context.json_file:
        context.write(_done_json(done) | {"totals": report.totals})
    if context.speaks:
        say_report(report)
        _say_done(done)
    if done.without_sheet:
        raise SystemExit(WITH_HOLDS)
    _end(report)


def _end_dry_run(report: RosterReport, json_file: str | None) -> NoReturn:
    if json_file != "-":
        say_report(report)
        click.echo(_s("試しの実行なので、何も変えていません。"))
    _show_report(report, json_file)
    _end(report)


def _done_json(done: Imported) -> dict[str, Any]:
    return {
        "import_id": done.import_id,
        "state": done.state,
        "repeated": done.repeated,
        "differences": done.differences,
        "transfer_id": done.transfer_id,
        "without_sheet": done.without_sheet,
    }


def _apply(context: Context, import_id: int) -> None:
    if context.dry_run:
        for kind, count in _importer(context).check_apply(import_id).items():
            click.echo(f"  {kind} {count}: {meaning(kind)}")
        click.echo(_s("試しの実行なので、何も変えていません。"))
        return
    _importer(context).apply(import_id)
    click.echo(_s("取り込み %(id)d を適用しました。") % {"id": import_id})


def _say_done(done: Imported) -> None:
    if done.repeated:
        click.echo(
            _s("このファイルは取り込み済みです（取り込み %(id)d）。何も変わりません。")
            % {"id": done.import_id}
        )
    elif done.state == "applied":
        click.echo(_s("取り込み %(id)d を適用しました。") % {"id": done.import_id})
    if done.without_sheet:
        click.echo(
            _s(
                "区の送付票がまだないので、適用していません（受け渡し %(number)d）。"
                "送付票の数を「portal transfers sheet」か「データの受け渡し」の画面で書いてから、"
                "portal roster import --apply %(id)d で適用してください。"
            )
            % {"number": done.transfer_id or 0, "id": done.import_id}
        )
    elif done.state == "staged":
        for kind, count in done.differences.items():
            click.echo(f"  {kind} {count}: {meaning(kind)}")
        click.echo(
            _s("違いを確かめてから、portal roster import --apply %(id)d で適用してください。")
            % {"id": done.import_id}
        )


@roster_group.command(
    "diff", help="Show the differences that wait to be applied, household by household."
)
@BY_WARD
@shown_json_option
@click.pass_obj
@answering
def diff(context: Context) -> None:
    """Show what waits to be applied."""
    knows = knows_protected(context)
    with context.database().read() as session:
        values: list[dict[str, Any]] = [
            {
                "diff_id": i.id,
                "file": i.file_name,
                "differences": difference_counts(session, i, include_protected=knows),
                "households": [
                    {"household_no": d.household_no, "kind": d.kind, "child": d.child}
                    for d in described_differences(
                        context.work(session), i.id, Excerpt(include_protected=knows)
                    )
                ],
            }
            for i in list_imports(session)
            if i.state == "staged"
        ]
    context.write(values)
    if not context.speaks:
        return
    for value in values:
        click.echo(f"{value['diff_id']} {value['file']}")
        for kind, count in value["differences"].items():
            click.echo(f"  {kind} {count}: {meaning(kind)}")
        for one in value["households"][:SHOWN_AT_ONCE]:
            click.echo(f"    {one['household_no']} {one['kind']}")
        if len(value["households"]) > SHOWN_AT_ONCE:
            click.echo(_s("    すべては --json で見られます。"))
    if not values:
        click.echo(_s("適用を待っている違いはありません。"))


@roster_group.command(
    "holds", help="List held households and rejected rows, each with its reason and what to do."
)
@click.option("--code", help="Only this code.")
@BY_WARD
@shown_json_option
@click.pass_obj
@answering
def holds(context: Context, code: str | None) -> None:
    """List held households and rejected rows with reason and remedy."""
    knows = knows_protected(context)
    with context.database().read() as session:
        held = list(
            held_households(context.work(session), Excerpt(include_protected=knows), code=code)
        )
        latest = next((i for i in list_imports(session) if i.state == "applied"), None)
        rejected = (
            []
            if latest is None
            else list(
                rejected_rows(context.work(session), latest.id, Excerpt(include_protected=knows))
            )
        )
    rejected = [row for row in rejected if code is None or code in row.codes]
    value: dict[str, Any] = {
        "households": [{"household_no": h.household_no, "codes": h.codes} for h in held],
        "rows": [
            {
                "record": r.record,
                "line": r.line,
                "household_no": r.household_no,
                "person_no": r.person_no,
                "codes": r.codes,
            }
            for r in rejected
        ],
    }
    context.write(value)
    if context.speaks:
        _echo_held(held, rejected)


def _echo_held(held: Sequence[HeldHousehold], rejected: Sequence[RejectedRow]) -> None:
    for household in held:
        click.echo(
            _s("世帯 %(no)s") % {"no": household.household_no or f"#{household.household_id}"}
        )
        _explain(household.codes)
    for row in rejected:
        click.echo(
            _s("%(line)d行目（世帯 %(household)s、宛名 %(person)s）")
            % {
                "line": row.line,
                "household": row.household_no,
                "person": row.person_no,
            }
        )
        _explain(row.codes)


def _explain(codes: tuple[str, ...]) -> None:
    for code in codes:
        explanation = explain(code)
        click.echo(f"  {code}: {explanation.meaning} {explanation.remedy}")
