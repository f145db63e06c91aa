"""The issuer's codes: loaded, assigned, and those that no child got."""

import csv
import io

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.cells import as_cell
from portal.domain.foundation.files.storing import SealedWriter
from portal.domain.foundation.held_file import HeldFile
from portal.domain.foundation.jobs.begun import finish
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.taking import file_against_sheet
from portal.domain.foundation.work import Work
from portal.domain.oversight.daily.keeping import held_input
from portal.domain.oversight.daily.machine import Done, Errand
from portal.domain.people.coupons.assignment import given_since
from portal.domain.people.coupons.batch_file import Expected, Order, ParsedBatch, Terms, read_batch
from portal.domain.people.coupons.issuer_file import issuer_in_use
from portal.domain.people.coupons.leftover import left_over_numbers
from portal.domain.people.coupons.loader import load_batch
from portal.domain.people.coupons.models import CouponBatch
from portal.domain.people.coupons.portions import assign_in_portions
from portal.domain.people.coupons.reserve import Reserve


def load_codes(errand: Errand) -> Done:
    """Load a file of codes, all or nothing; a batch that a killed worker stored is done."""
    source = errand.source
    file = held_input(source, errand.task)
    with file_against_sheet(source, file, TransferKind.CODES):
        parsed = _parsed(errand, file)
        stored = _stored_before(errand, parsed)
        if stored is None:
            stored = load_batch(source, parsed, errand.report).batch_id
    return Done(
        {
            "batch_id": stored,
            "count": parsed.count,
            "total_yen": parsed.total_yen,
            "exchange_end": parsed.exchange_end.isoformat(),
        }
    )


def _parsed(errand: Errand, file: HeldFile) -> ParsedBatch:
    program, detail = errand.source.program, errand.task.detail
    profile = issuer_in_use(str(detail["profile"]), program.issuers_dir, errand.machine.own_urls)
    count, total = (detail[name] for name in ("count", "total_yen"))
    order = Order(
        str(detail["order"]),
        int(count) if count is not None else None,
        int(total) if total is not None else None,
    )
    ends = program.windows.exchange.ends_at
    terms = Terms(program.amount_yen, ends, any_face=bool(detail["any_face"]))
    return read_batch(file, Expected(profile, order, terms))


def _stored_before(errand: Errand, parsed: ParsedBatch) -> int | None:
    """Return the batch that the worker before this one stored of the same file and order."""
    if errand.task.tries == 1:
        return None
    with errand.source.reading() as work:
        return work.session.scalar(
            select(CouponBatch.id).where(
                CouponBatch.file_sha256 == parsed.sha256,
                CouponBatch.order_ref == parsed.order.reference,
                CouponBatch.loaded_at >= errand.task.asked_at,
            )
        )


def assign_codes(errand: Errand) -> Done:
    """Give one code to every child in issue, also to those that a killed worker left."""
    reserve = Reserve.parse(str(errand.task.detail["reserve"]))
    made = assign_in_portions(errand.source, reserve, errand.report)
    with errand.source.writing() as work:
        count, yen = given_since(work, errand.task.asked_at)
        # how many are held is told on the page of holds, to each what each may know
        done = Done({"count": count, "yen": yen, "left": made.left})
        finish(work, errand.task, done.result)
    return done


def list_left_over(errand: Errand) -> Done:
    """Write order, management number and face value of every code that no child got.

    It never writes a code. The list lies sealed until it is fetched.
    """
    source = errand.source
    with source.reading() as work:
        numbers = left_over_numbers(work)
    writer = SealedWriter(source, "left_over")
    writer.write(_as_csv(numbers))
    writer.end()
    done = Done({"count": len(numbers)}, writer.file_id)
    with source.writing() as work:
        _on_record(work, len(numbers))
        writer.finish(work)
        finish(work, errand.task, done.result, done.output_id)
    return done


def _as_csv(numbers: list[tuple[str, str, int]]) -> bytes:
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow((_s("注文"), _s("管理番号"), _s("額面（円）")))
    rows.writerows((as_cell(order), as_cell(no), yen) for order, no, yen in numbers)
    return written.getvalue().encode("utf-8-sig")


def _on_record(work: Work, count: int) -> None:
    record(work, "coupon.left_over_listed", "coupon", count=count)
