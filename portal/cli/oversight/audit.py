"""``portal audit``: check the chain of audit events, and what the ward needs for it."""

from collections.abc import Sequence
from dataclasses import asdict
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
from portal.cli.deciding import by_option, person
from portal.cli.oversight.audit_check import check_chain, keys_option
from portal.cli.oversight.audit_papers import extract, incident
from portal.domain.foundation.audit.chain import Link
from portal.domain.foundation.audit.heads import Signer, load_signer, make_signer, name_of
from portal.domain.foundation.audit.queries import last_head
from portal.domain.foundation.audit.sealing import declare_restored
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.audit.verifying import Fault, FaultKind, Verdict
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission

SHOWN = 20


@click.group("audit", help="The chain of audit events.")
def audit_group() -> None:
    """Commands about the audit."""


audit_group.add_command(incident)
audit_group.add_command(extract)


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
@keys_option
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
    verdict = check_chain(context, keys, place, [_link(text) for text in printed])
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
            _s("控えに署名する鍵 audit.key が、この機械にありません。")
            + _s(
                "ほかの機械の鍵フォルダーから写してください。どこにもないときは、"
                "区の担当と「portal audit new-key」で作ります。"
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
