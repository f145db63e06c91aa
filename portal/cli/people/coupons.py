"""``portal coupons``: load an issuer's codes, assign them, show their status."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from portal.cli.context import Context, answering, dry_run_option, json_option
from portal.cli.people.coupon_assignment import assign_codes
from portal.cli.people.coupon_statement import statement
from portal.cli.progress import progress_bar
from portal.cli.sheets import enter_sheet, sheet_option
from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.texts import _s, _sn
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.taking import file_against_sheet
from portal.domain.people.coupons import queries
from portal.domain.people.coupons.batch_file import Expected, Order, Terms, read_batch
from portal.domain.people.coupons.issuer import IssuerProfile
from portal.domain.people.coupons.issuer_file import issuer_in_use
from portal.domain.people.coupons.loader import Loaded, check_batch, load_batch
from portal.domain.people.entitlements.queries import totals


@click.group()
def coupons() -> None:
    """Issuer codes: load, assign, status."""


coupons.add_command(statement)
coupons.add_command(assign_codes)


def _profile(context: Context, name: str) -> IssuerProfile:
    urls = (context.settings.public_url, context.settings.sandbox_url)
    profile = issuer_in_use(name, context.load_program().issuers_dir, urls)
    if profile.sandbox:
        click.echo(_s("お試し用の発行者です。このコードに価値はありません。"), err=True)
    return profile


@coupons.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--profile", "profile_name", required=True, metavar="NAME_OR_FILE", help="Issuer profile."
)
@click.option("--order", "reference", required=True, metavar="REF", help="Reference of the order.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="Codes ordered.")
@click.option(
    "--sum", "total_yen", type=click.IntRange(min=1), metavar="YEN", help="Sum ordered, in yen."
)
@click.option(
    "--any-face-value", is_flag=True, help="Accept face values other than the amount per child."
)
@sheet_option
@dry_run_option
@json_option
@click.pass_obj
@answering
def load(
    context: Context,
    file: Path,
    profile_name: str,
    reference: str,
    count: int | None,
    total_yen: int | None,
    sheet: Path | None,
    *,
    any_face_value: bool,
) -> None:
    """Load a file of codes: checked against the order, encrypted, all or nothing.

    Count and sum may be left out where the file ends with them and the profile says so.
    """
    program = context.load_program()
    profile = _profile(context, profile_name)
    terms = Terms(program.amount_yen, program.windows.exchange.ends_at, any_face_value)
    order = Order(reference.strip(), count, total_yen)
    if sheet is not None and not context.dry_run:
        enter_sheet(context, sheet, TransferKind.CODES)  # open even if the file cannot be read
    with (
        progress_bar(_s("コードを暗号にしています")) as report,
        file_against_sheet(context.work_source(), file, TransferKind.CODES),
    ):
        parsed = read_batch(file, Expected(profile, order, terms))
        if context.dry_run:
            loaded = check_batch(context.work_source(), parsed)
        else:
            loaded = load_batch(context.work_source(), parsed, report)
    context.write(_loaded_json(loaded, order, profile))
    if context.speaks:
        _print_loaded(loaded)
        if context.dry_run:
            click.echo(_s("試しの実行です。何も保存していません。"))


def _print_loaded(loaded: Loaded) -> None:
    click.echo(
        _sn(
            "コードを%(n)d件、合計%(yen)s円分読み込みました。交換は%(day)sまで。",
            "コードを%(n)d件、合計%(yen)s円分読み込みました。交換は%(day)sまで。",
            loaded.count,
        )
        % {
            "n": loaded.count,
            "yen": f"{loaded.total_yen:,}",
            "day": last_day_before(loaded.exchange_end),
        }
    )


def _loaded_json(loaded: Loaded, order: Order, profile: IssuerProfile) -> dict[str, object]:
    return {
        "order": order.reference,
        "profile": profile.name,
        "batch_id": loaded.batch_id,
        "stored": loaded.batch_id is not None,
        "count": loaded.count,
        "total_yen": loaded.total_yen,
        **_days(loaded.exchange_end, loaded.use_end),
    }


def _days(exchange_end: datetime, use_end: datetime) -> dict[str, str]:
    return {
        "exchange_last_day": last_day_before(exchange_end).isoformat(),
        "use_last_day": last_day_before(use_end).isoformat(),
    }


@coupons.command()
@json_option
@click.pass_obj
@answering
def status(context: Context) -> None:
    """Show batches, codes per state, and children and yen per state."""
    with context.database().read() as session:
        batches = queries.batches(session)
        states = queries.state_counts(session)
        sums = totals(session)
        delivery = queries.delivery_counts(session)
    value = {
        "batches": [asdict(batch) | _days(batch.exchange_end, batch.use_end) for batch in batches],
        "codes": states,
        "delivery": asdict(delivery),
        "entitlements": {state: asdict(total) for state, total in sums.by_state.items()},
        "total": asdict(sums.all),
    }
    context.write(value)
    if not context.speaks:
        return
    if not batches:
        click.echo(_s("コードはまだありません。「portal coupons load」で読み込んでください。"))
    for batch in batches:
        _print_batch(batch)
    for state, count in states.items():
        if count:
            click.echo(f"  {state}: {count:,}")
    click.echo(_s("対象者:"))
    for state, total in sums.by_state.items():
        if total.children:
            click.echo(f"  {state}: {total.children:,} / ¥{total.yen:,}")
    click.echo(f"  = {sums.all.children:,} / ¥{sums.all.yen:,}")


def _print_batch(batch: queries.BatchView) -> None:
    click.echo(
        _s("注文 %(order)s(%(profile)s): %(n)d件、%(yen)s円、交換は%(day)sまで、在庫%(stock)d件")
        % {
            "order": batch.order_ref,
            "profile": batch.profile,
            "n": batch.count,
            "yen": f"{batch.total_yen:,}",
            "day": last_day_before(batch.exchange_end),
            "stock": batch.by_state.get("stock", 0),
        }
    )


@coupons.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--count", type=click.IntRange(1, 1_000_000), required=True, metavar="N", help="Codes to make."
)
@click.pass_obj
@answering
def sandbox(context: Context, file: Path, count: int) -> None:
    """Write a file of worthless sandbox codes, to try out loading and scanning."""
    from portal.demo.issuer import make_batch  # noqa: PLC0415  (only this command needs the demo)

    program = context.load_program()
    windows = program.windows
    base_url = context.settings.sandbox_url or context.settings.public_url
    total_yen = make_batch(
        file, count, program.amount_yen, windows.exchange.last_day, windows.use.last_day, base_url
    )
    click.echo(
        _sn(
            "お試し用のコードを%(n)d件、合計%(yen)s円分、%(path)s に書きました。",
            "お試し用のコードを%(n)d件、合計%(yen)s円分、%(path)s に書きました。",
            count,
        )
        % {"n": count, "yen": f"{total_yen:,}", "path": file}
    )
