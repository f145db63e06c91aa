"""``portal roster release``, ``print-text`` and ``protection``: decisions about held households."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct
from sqlalchemy.orm import Session

from portal.cli.asked import asked_option
from portal.cli.context import (
    WITH_HOLDS,
    Context,
    answering,
    dry_run_option,
    json_option,
    shown_json_option,
)
from portal.cli.deciding import by_option, confirmed_option, one_of_them_knows, person
from portal.cli.sheets import enter_sheet, sheet_option, transfer_said
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.taking import file_against_sheet
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds import protection_list
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.mailroom.roster.holds.protection_none import confirm_none
from portal.domain.people.households.models import Household
from portal.domain.people.households.print_texts import PrintFields
from portal.domain.people.households.queries import household_id_of, open_holds
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.requests.scans import CheckedScan, burn_in, check_scan, store_scan

T = TypeVar("T")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
household_option = asked_option("--household", lambda: _s("世帯番号"), "Household number, or #KEY.")


def day(text: str | None) -> date | None:
    """Parse a day. Raises InputError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(_s("日付は 2023-05-15 の形で書いてください。")) from None


def _household_id(context: Context, session: Session, number: str) -> int:
    """Return the key of a household that one of the two may know of."""
    found = household_id_of(context.work(session), number)
    knows = one_of_them_knows(context, session)
    if found is None or (session.get_one(Household, found).protected and not knows):
        raise NotFoundError(_s("世帯 %(no)s は見つかりません。") % {"no": number})
    return found


class WrittenOrder(Struct, frozen=True):
    """The ward's written order as the options give it: number, date as typed, checked scan."""

    number: str | None
    day: str | None
    scan: CheckedScan | None

    def stored(self, work: Work, household_id: int | None = None) -> Instruction | None:
        """Return the order with its scan stored; None where none was given. Raises InputError."""
        if self.number is None:
            if self.scan is not None:
                raise InputError(_s("指示書のスキャンには、--instruction で番号もつけてください。"))
            return None
        order = Instruction(self.number, day(self.day) or jst_date(work.now))
        if self.scan is None:
            return order
        stored = store_scan(work, self.scan, household_id=household_id)
        return replace(order, scan_id=stored.id)


def _order_options(function: Callable[..., T]) -> Callable[..., T]:
    """Add the options of the ward's written order, and pass it to a command as ``written``."""

    @click.option("--instruction", metavar="NO", help="Number of the ward's written order.")
    @click.option("--instruction-date", metavar="YYYY-MM-DD", help="Its date.")
    @click.option(
        "--instruction-scan",
        type=FILE,
        help="Its scan (PDF, TIFF, PNG, JPEG); without it one person is of the ward.",
    )
    @click.option(
        "--scan-has-no-numbers",
        "looked",
        is_flag=True,
        help="Somebody looked: no number is on it that may not be kept (My Number, insurance).",
    )
    @answering
    @wraps(function)
    def wrapped(
        *args: object,
        instruction: str | None,
        instruction_date: str | None,
        instruction_scan: Path | None,
        looked: bool,
        **options: object,
    ) -> T:
        scan = _looked_at(instruction_scan, looked) if instruction_scan is not None else None
        written = WrittenOrder(instruction, instruction_date, scan)
        return function(*args, written=written, **options)

    return wrapped


def _looked_at(file: Path, looked: bool) -> CheckedScan:
    """Return the scan as it is stored. Raises InputError where nobody says what is on it."""
    if not looked:
        raise InputError(
            _s(
                "スキャンを見て、マイナンバーや保険証の記号・番号が写っていなければ、"
                "--scan-has-no-numbers をつけてください。写っていれば、画面で黒く塗ってください。"
            )
        )
    return burn_in(check_scan(file.read_bytes()))


def _say(text: str, dry_run: bool) -> None:
    click.echo(_s("試しの実行なので、何も変えていません。") if dry_run else text)


@click.command(
    "release", help="Release a household's hold; where the ward must instruct it, two people do."
)
@household_option
@click.option("--code", required=True, metavar="CODE", help="Such as W10 or W10_MOVED_AFTER_BASE.")
@by_option("Who decides.")
@confirmed_option("The second person.")
@_order_options
@dry_run_option
@json_option
@click.pass_obj
@answering
def release(
    context: Context,
    household: str,
    code: str,
    written: WrittenOrder,
) -> None:
    """Release one hold of a household."""
    with context.database().write() as session:
        key = _household_id(context, session, household)
        whole = _code(code, session, key)
        first = person(context, session, context.by, Permission.PROPOSE_RELEASE)
        order = written.stored(context.work(session, first), key)
        if holds.needs_two(whole):
            approval = holds.propose_release(context.work(session, first), key, whole, order)
            second = _second(context, session)
            holds.release(context.work(session, second), approval.id)
        else:
            holds.release_alone(context.work(session, first), key, whole)
        left = [hold.code for hold in open_holds(session, key)]
        if context.dry_run:
            session.rollback()
    context.write(
        {"household_id": key, "released": whole, "still_held": left, "dry_run": context.dry_run}
    )
    if context.speaks:
        said = _s("保留 %(code)s を解きました。残る保留: %(left)s") % {
            "code": whole,
            "left": ", ".join(left) or _s("なし"),
        }
        _say(said, context.dry_run)


def _code(code: str, session: Session, household_id: int) -> str:
    open_codes = [hold.code for hold in open_holds(session, household_id)]
    return next(
        (found for found in open_codes if found == code or found.startswith(code + "_")), code
    )


def _second(context: Context, session: Session) -> Actor:
    if context.confirmed_by is None:
        raise InputError(
            _s("この保留は二人で解きます。--confirmed-by でもう一人を指定してください。")
        )
    return person(context, session, context.confirmed_by, Permission.CONFIRM_RELEASE)


@click.command(
    "print-text",
    help="Register the print text or image that the ward approved, and release the 外字 hold.",
)
@household_option
@click.option(
    "--text", "text_file", type=FILE, help="TOML: name, town, street, building, [children]."
)
@click.option("--image", "image_file", type=FILE, help="PNG of the name, up to 200 kB.")
@by_option("Who decides.")
@confirmed_option("The second person.")
@_order_options
@dry_run_option
@json_option
@click.pass_obj
@answering
def print_text(
    context: Context,
    household: str,
    text_file: Path | None,
    image_file: Path | None,
    written: WrittenOrder,
) -> None:
    """Register the print text that the ward approved; the original is kept."""
    fields = _print_fields(text_file, image_file)
    with context.database().write() as session:
        key = _household_id(context, session, household)
        first = person(context, session, context.by, Permission.PROPOSE_RELEASE)
        order = written.stored(context.work(session, first), key)
        approval = holds.propose_print_text(context.work(session, first), key, fields, order)
        holds.release(context.work(session, _second(context, session)), approval.id)
        left = [hold.code for hold in open_holds(session, key)]
        if context.dry_run:
            session.rollback()
    context.write(
        {
            "household_id": key,
            "released": codes.W02_GAIJI,
            "still_held": left,
            "dry_run": context.dry_run,
        },
    )
    if context.speaks:
        _say(
            _s("印字用の文字を登録しました。残る保留: %(left)s")
            % {"left": ", ".join(left) or _s("なし")},
            context.dry_run,
        )


def _print_fields(text_file: Path | None, image_file: Path | None) -> PrintFields:
    if text_file is None and image_file is None:
        raise InputError(_s("--text か --image で、印字するものを指定してください。"))
    values: dict[str, Any] = {}
    if text_file is not None:
        try:
            values = tomllib.loads(text_file.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            raise InputError(
                _s("%(file)s を TOML として読めません。") % {"file": text_file.name}
            ) from None
    children = values.pop("children", {})
    names = {"name", "town", "street", "building"}
    texts = [*values.values(), *(children.values() if isinstance(children, dict) else [None])]
    if values.keys() - names or not all(isinstance(text, str) for text in texts):
        raise InputError(
            _s("%(file)s に書けるのは name, town, street, building と [children] の文字だけです。")
            % {"file": text_file.name if text_file else ""}
        )
    if not all(ordinal.isdigit() for ordinal in children):
        raise InputError(_s('[children] には、こどもの番号と名前を書いてください（例: 1 = "…"）。'))
    image = image_file.read_bytes() if image_file is not None else None
    return PrintFields(
        **values, children={int(o): name for o, name in children.items()}, image=image
    )


@click.group(
    "protection",
    help="Protection measures: load the list of protected people, or record that there are none.",
)
def protection_group() -> None:
    """Protected households, where the extract has no column for them."""


@protection_group.command(
    "list", help="Load a list of household or person numbers (CSV) and protect these households."
)
@click.argument("file", type=FILE)
@click.option(
    "--column", required=True, metavar="HEADER", help="The column that holds the numbers."
)
@click.option(
    "--numbers",
    "kind",
    type=click.Choice([kind.value for kind in protection_list.NumberKind]),
    default="household",
    show_default=True,
)
@click.option("--again", is_flag=True, help="Hold also those whose protection was released before.")
@sheet_option
@dry_run_option
@shown_json_option
@click.pass_obj
@answering
def protection_from_list(
    context: Context,
    file: Path,
    column: str,
    kind: str,
    sheet: Path | None,
    *,
    again: bool,
) -> None:
    """Load a separate list."""
    if sheet is not None and not context.dry_run:
        enter_sheet(context, sheet, TransferKind.PROTECTION_LIST)  # open though it is unreadable
    with file_against_sheet(context.work_source(), file, TransferKind.PROTECTION_LIST):
        read = protection_list.read_list(file, column)
    listed = protection_list.ListedNumbers(
        protection_list.NumberKind(kind), read.numbers, read.arrival
    )
    with context.database().write() as session:
        done = protection_list.load_list(context.work(session), listed, again=again)
        said = transfer_said(done.transfer)
        if context.dry_run:
            session.rollback()
    context.write(
        {
            "households": done.households,
            "held": done.held,
            "released_before": done.released_before,
            "unknown": done.unknown,
            "dry_run": context.dry_run,
            "transfer": said,
        },
    )
    if context.speaks:
        _echo_list(done, dry_run=context.dry_run)
        if said and not context.dry_run:
            click.echo(said)
    raise SystemExit(WITH_HOLDS if done.unknown or done.held else 0)


def _echo_list(done: protection_list.ProtectionList, *, dry_run: bool) -> None:
    said = _s("一覧の %(all)d 世帯のうち、%(held)d 世帯を新しく保護しました。") % {
        "all": done.households,
        "held": done.held,
    }
    _say(said, dry_run)
    if done.released_before:
        click.echo(
            _s(
                "前に区の指示で保留を解いた %(n)d 世帯は、そのままです。"
                "もう一度保護するには --again を付けてください。"
            )
            % {"n": done.released_before}
        )
    if done.unknown:
        click.echo(
            _s("登録のない番号が %(n)d 件あります。区に確かめてください。")
            % {"n": len(done.unknown)}
        )
        for number in done.unknown:
            click.echo(f"  {number}")


@protection_group.command(
    "none", help="Record, by two people, that the ward found nobody under protection measures."
)
@click.option(
    "--date", "on", required=True, metavar="YYYY-MM-DD", help="The day on which the ward checked."
)
@by_option("Who decides.")
@confirmed_option("The second person.", required=True)
@_order_options
@dry_run_option
@click.pass_obj
@answering
def protection_none(
    context: Context,
    on: str,
    written: WrittenOrder,
) -> None:
    """Record the ward's statement that nobody is protected."""
    with context.database().write() as session:
        now = context.clock.now(session)
        first = person(context, session, context.by, Permission.PROPOSE_RELEASE)
        confirm_none(
            context.work(session, now=now),
            day(on) or jst_date(now),
            first,
            person(context, session, context.confirmed_by or "", Permission.CONFIRM_RELEASE),
            written.stored(context.work(session, first)),
        )
        if context.dry_run:
            session.rollback()
    _say(
        _s("%(date)s 現在、支援措置の対象者がいないことを記録しました。") % {"date": on},
        context.dry_run,
    )
