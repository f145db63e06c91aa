"""``portal audit``: check the chain of audit events, and what the ward needs for it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.context import (
    FAILED,
    WITH_HOLDS,
    Context,
    answering,
    fail,
    json_option,
)
from portal.cli.deciding import by_option, confirmed_option, person
from portal.domain.foundation.audit.chain import Link
from portal.domain.foundation.audit.heads import (
    Signer,
    load_signer,
    make_signer,
    name_of,
    public_keys,
    read_heads,
)
from portal.domain.foundation.audit.queries import last_head
from portal.domain.foundation.audit.sealing import declare_restored
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.audit.verifying import Fault, FaultKind, Verdict, verify
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.auditing.extract import Order, Reserved, draw
from portal.domain.oversight.auditing.pack import (
    COLUMNS,
    Pack,
    affected_rows,
    make_pack,
    report_of,
)
from portal.domain.oversight.auditing.searching import Wanted
from portal.domain.oversight.export.writing import Folder
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.people.staff.permissions import Permission

SHOWN = 20
INSTANT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("audit", help="The chain of audit events.")
def audit_group() -> None:
    """Commands about the audit."""


@audit_group.command("verify")
@click.option(
    "--heads",
    "place",
    type=click.Path(path_type=Path, exists=True),
    help="The signed heads that the ward keeps: file or folder (default PORTAL_AUDIT_HEADS).",
)
@click.option(
    "--printed",
    multiple=True,
    metavar="NUMBER:HASH",
    help="A head as a monthly report prints it.",
)
@click.option(
    "--public-key",
    "keys",
    multiple=True,
    metavar="HEX",
    help="The key that must have signed, as `portal audit key` shows it (default: audit.key).",
)
@json_option
@click.pass_obj
@answering
def verify_chain(
    context: Context, place: Path | None, printed: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    """Check every event against its seal and all signed heads, in the database and outside.

    Ends with 0 if all is whole, 3 if events have waited more than 5 seconds for their seal, and 1
    if anything was changed, taken away, cut off or computed anew.
    """
    known = public_keys(keys or [_signer(context).public_key.hex()])
    kept = place or context.settings.audit_heads
    outside = read_heads(kept) if kept is not None else None
    links = [_link(text) for text in printed]
    with context.database().read() as session:
        verdict = verify(session, context.clock.now(session), known, outside, links)
    context.write(_as_json(verdict))
    if context.speaks:
        _say(verdict)
    if not verdict.is_whole:
        raise SystemExit(FAILED)
    if verdict.late:
        raise SystemExit(WITH_HOLDS)


def _link(text: str) -> Link:
    number, _colon, digits = text.replace(" ", "").partition(":")
    try:
        return Link(int(number), bytes.fromhex(digits))
    except ValueError:
        raise InputError(
            _s("--printed は、月次報告書のとおりに「番号:照合の値」と書いてください。")
        ) from None


def _signer(context: Context) -> Signer:
    signer = load_signer(context.settings.key_dir)
    if signer is None:
        raise InputError(
            _s(
                "控えに署名する鍵 audit.key がありません。"
                "区が保管する公開鍵を --public-key で指定してください。"
            )
        )
    return signer


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "whole": verdict.is_whole,
        "seq": verdict.end.seq,
        "hash": verdict.end.hash.hex(),
        "events": verdict.events,
        "waiting": verdict.waiting,
        "late": verdict.late,
        "heads": verdict.heads,
        "outside": verdict.outside,
        "lost": [asdict(one) for one in verdict.lost],
        "found": verdict.found,
        "faults": [asdict(one) | {"kind": one.kind.value} for one in verdict.faults],
    }


def _say(verdict: Verdict) -> None:
    click.echo(
        _s("封印した記録: %(events)s件。最後は %(seq)s番、照合の値は %(hash)s です。")
        % {
            "events": f"{verdict.events:,}",
            "seq": f"{verdict.end.seq:,}",
            "hash": verdict.end.hash.hex(),
        }
    )
    if verdict.outside is None:
        click.echo(
            _s(
                "外の控えとは比べていません。--heads か PORTAL_AUDIT_HEADS で指定すると、"
                "鎖ごとの作り直しも見つけます。"
            )
        )
    else:
        click.echo(_s("外の控え %(n)s件と合いました。") % {"n": f"{verdict.outside:,}"})
    for lost in verdict.lost:
        click.echo(
            _s("%(at)s に復元があり、%(first)s番から%(last)s番までの記録は失われています。")
            % {
                "at": f"{lost.at.astimezone(JST):%Y-%m-%d %H:%M}",
                "first": f"{lost.after + 1:,}",
                "last": f"{lost.up_to:,}",
            }
        )
    if verdict.late:
        click.echo(
            _s("封印を5秒より長く待っている記録が%(n)s件あります。") % {"n": f"{verdict.late:,}"}
        )
    _say_faults(verdict.faults, verdict.found)


def _say_faults(faults: Sequence[Fault], found: int) -> None:
    if not found:
        click.echo(_s("書き換え、消去、切り取りは、見つかりませんでした。"))
        return
    for fault in faults[:SHOWN]:
        line = (
            _s("%(seq)s番: %(what)s")
            if fault.kind is not FaultKind.UNREADABLE
            else _s("控えの%(seq)s行目: %(what)s")
        )
        click.echo(line % {"seq": f"{fault.seq:,}", "what": fault.kind.label}, err=True)
    click.echo(
        _s("記録が、正しい手続きの外で変えられています（%(n)s か所）。すぐに区に知らせてください。")
        % {"n": f"{found:,}"},
        err=True,
    )


@audit_group.command("key")
@json_option
@click.pass_obj
@answering
def key(context: Context) -> None:
    """Show the public key with which the ward checks the signatures of heads."""
    public = _signer(context).public_key
    context.write({"public_key": public.hex(), "signer": name_of(public)})
    if context.speaks:
        click.echo(public.hex())


@audit_group.command("new-key")
@by_option("The ward's staff account that knows of the loss.")
@json_option
@click.pass_obj
@answering
def new_key(context: Context) -> None:
    """Make another key where audit.key is lost everywhere, and show its public key.

    The ward keeps both public keys: heads of before are checked with the former one.
    """
    folder = context.settings.key_dir
    if load_signer(folder) is not None:
        raise ConflictError(_s("控えに署名する鍵 audit.key は、この機械にあります。"))
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.DECIDE_MANAGEMENT)
        public = make_signer(folder).public_key
        record(context.work(session, actor), "audit.key_made", "audit", signer=name_of(public))
    context.write({"public_key": public.hex(), "signer": name_of(public)})
    if context.speaks:
        click.echo(public.hex())


@audit_group.command("head")
@json_option
@click.pass_obj
@answering
def head(context: Context) -> None:
    """Show the newest signed head: one line, as it stands in the file that the ward keeps."""
    with context.database().read() as session:
        newest = last_head(session)
    if newest is None:
        fail(_s("まだ署名した控えがありません。「portal work」が動くと作られます。"))
    context.write({"seq": newest.link.seq, "hash": newest.link.hash.hex(), "at": newest.at})
    if context.speaks:
        click.echo(newest.as_line())


@audit_group.command("restored")
@by_option("The ward's staff account that knows of the loss.")
@click.pass_obj
@answering
def restored(context: Context) -> None:
    """Say that a standby or a point in time was restored without `portal restore`.

    Events behind that point are told as lost from then on, and no longer as cut off.
    """
    signer = _signer(context)
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.DECIDE_MANAGEMENT)
        work = context.work(session, actor)
        stated = declare_restored(work, signer)
        record(work, "audit.restored", "audit_head", seq=stated.link.seq)
    click.echo(
        _s("記録は %(seq)s番から続きます。それより後の控えは、失われたものとして扱います。")
        % {"seq": f"{stated.link.seq:,}"}
    )


@audit_group.command("incident")
@click.option("--from", "start", type=INSTANT, required=True, help="From (2026-11-01T09:00, JST).")
@click.option("--to", "end", type=INSTANT, required=True, help="Until, exclusive.")
@click.option("--staff", default="", metavar="LOGIN", help="Only what this account did.")
@click.option("--household", default="", metavar="NO", help="Only this family.")
@click.option("--known-on", type=DAY, help="The day on which it became known (default: today).")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="New folder to write: report.pdf, report.xlsx, affected.csv and .json.",
)
@by_option("The ward's staff account that takes the pack.")
@json_option
@click.pass_obj
@answering
def incident(
    context: Context,
    start: datetime,
    end: datetime,
    staff: str,
    household: str,
    known_on: datetime | None,
    out: Path,
) -> None:
    """Write whose data was seen, which fields, first and last, in the order of the report.

    For the report to the Personal Information Protection Commission. It names families by their
    keys.
    """
    wanted = Wanted(_jst(start), _jst(end), staff, household)
    database = context.database()
    with database.write() as session:
        actor = person(context, session, context.by, Permission.CONFIRM_INCIDENT_REPORTS)
        work = context.work(session, actor)
        record(work, "audit.incident_pack", "audit", start=_iso(wanted.start), end=_iso(wanted.end))
    with database.read() as session:
        work = context.work(session, actor)
        pack = make_pack(work, wanted, known_on.date() if known_on else None)
        report = report_of(work, pack)
        out.mkdir(mode=0o700)
        folder = Folder(out)
        folder.put("report.pdf", as_pdf(report, work.now.astimezone(JST)))
        folder.put("report.xlsx", as_xlsx(report))
        folder.put_rows("affected", COLUMNS, affected_rows(pack))
    _say_pack(context, pack, out)


def _say_pack(context: Context, pack: Pack, out: Path) -> None:
    context.write(
        {"households": len(pack.families), "persons": pack.persons, "events": pack.events}
    )
    if context.speaks:
        click.echo(
            _s(
                "%(folder)s に書きました: 世帯 %(households)s、本人 %(persons)s人、"
                "操作 %(events)s件"
            )
            % {
                "folder": out,
                "households": f"{len(pack.families):,}",
                "persons": f"{pack.persons:,}",
                "events": f"{pack.events:,}",
            }
        )


def _jst(typed: datetime) -> datetime:
    return typed.replace(tzinfo=JST).astimezone(UTC)


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes")


@audit_group.command("extract")
@click.option("--household", required=True, metavar="NO", help="The ward's number of the family.")
@click.option("--decision", required=True, metavar="NO", help="Number of the ward's decision.")
@click.option(
    "--with",
    "reserved",
    multiple=True,
    type=click.Choice([one.value for one in Reserved]),
    help="A reserved kind that the decision lets in.",
)
@click.option(
    "--protection-considered",
    is_flag=True,
    help="The decision speaks of the protection that the family is under now.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="PDF to write; never overwritten.",
)
@by_option("The ward's staff account that draws it.")
@confirmed_option("A second account of the ward.", required=True)
@click.pass_obj
@answering
def extract(
    context: Context,
    household: str,
    decision: str,
    reserved: tuple[str, ...],
    protection_considered: bool,
    out: Path,
) -> None:
    """Draw the extract for a disclosure request: two people of the ward, checked against the chain.

    Records on protection, recipients and incidents are in it only by the ward's decision.
    """
    order = Order(
        household, frozenset(Reserved(one) for one in reserved), decision, protection_considered
    )
    database, known = context.database(), {}
    signer, kept = load_signer(context.settings.key_dir), context.settings.audit_heads
    if signer is not None:
        known = public_keys([signer.public_key.hex()])
    with database.read() as session:
        verdict = verify(
            session, context.clock.now(session), known, read_heads(kept) if kept else None
        )
    if out.exists():
        raise InputError(_s("%(file)s は、もうあります。上書きしません。") % {"file": out})
    with database.write() as session:
        actor = person(context, session, context.by, Permission.KNOW_PROTECTED)
        second = person(context, session, context.confirmed_by or "", Permission.KNOW_PROTECTED)
        work = context.work(session, actor)
        drawn = as_pdf(draw(work, order, second.id, verdict), work.now.astimezone(JST))
    with out.open("xb") as file:  # on record first
        file.write(drawn)
    if context.speaks:
        click.echo(_s("抄本を書きました: %(file)s") % {"file": out})
