"""Texts and JSON of preflights and runs for ``portal letters``."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import click

from portal.cli.context import Context
from portal.domain.foundation.texts import _s, _sn, label_of
from portal.domain.mailroom.printing.runs.build import BuiltRun
from portal.domain.mailroom.printing.runs.recipients.preflight import Finding, Preflight
from portal.domain.mailroom.printing.runs.recipients.selection import LeftOut, told
from portal.domain.mailroom.printing.runs.superseding import Superseded


def preflight_json(checked: Preflight) -> dict[str, Any]:
    """Return a preflight for ``--json``, households by their keys alone."""
    return {
        "ready": len(checked.ready),
        "left_out": told(checked.left_out) | {"unprintable": checked.unprintable},
        "unprintable": [
            {
                "household_id": finding.household_id,
                "reason": finding.reason.value,
                "where": finding.part.value,
                "characters": finding.characters,
                "sentences": finding.sentences,
            }
            for finding in checked.findings
        ],
    }


def built_json(built: BuiltRun) -> dict[str, Any]:
    """Return a finished run for ``--json``."""
    return {
        "run": built.run_id,
        "resumed": built.resumed,
        "folder": built.folder,
        "manifest": built.manifest.name,
        "back": built.back.name,
        "files": [asdict(file) for file in built.files],
        **asdict(built.totals),
    }


def say_built(built: BuiltRun | Preflight) -> None:
    """Print what was built and where it is."""
    if isinstance(built, Preflight):
        click.echo(_s("作る手紙はありません。"))
        return
    totals = built.totals
    if built.resumed:
        click.echo(_s("途中だった印刷 %(id)d を終わらせました。") % {"id": built.run_id})
    click.echo(
        _sn(
            "手紙を%(n)d通作りました（こども%(children)d人、%(yen)s円）。",
            "手紙を%(n)d通作りました（こども%(children)d人、%(yen)s円）。",
            totals.letters,
        )
        % {"n": totals.letters, "children": totals.children, "yen": f"{totals.amount_yen:,}"}
    )
    click.echo(
        _s("保存先: %(folder)s（PDF %(files)d個、一覧 %(manifest)s、裏面 %(back)s）")
        % {
            "folder": built.folder,
            "files": len(built.files),
            "manifest": built.manifest.name,
            "back": built.back.name,
        }
    )


def say_ended(context: Context, run_id: int, gone: Superseded, said: str) -> None:
    """Say, in words and as JSON, that all letters of a run are superseded.

    ``said`` may name ``%(run)d`` and the number of letters, ``%(n)d``.
    """
    context.write(asdict(gone) | {"run": run_id, "dry_run": context.dry_run})
    if context.speaks:
        click.echo(said % {"run": run_id, "n": gone.letters})
        if context.dry_run:
            click.echo(_s("試しの実行なので、何も変えていません。"))


def say_preflight(checked: Preflight) -> None:
    """Print who was left out and what cannot be printed."""
    say_left_out(told(checked.left_out), checked.findings)


def say_left_out(left_out: Mapping[str, int], findings: Collection[Finding]) -> None:
    """Print how many households got nothing, by reason, and what cannot be printed."""
    for reason, count in left_out.items():
        if count:
            click.echo(
                "  "
                + _sn("%(reason)s: %(n)d世帯", "%(reason)s: %(n)d世帯", count)
                % {"reason": label_of(LeftOut, reason), "n": count}
            )
    if findings:
        unprintable = len({finding.household_id for finding in findings})
        click.echo(
            _sn(
                "氏名か住所を印刷できない世帯が%(n)d件あります。"
                "区が認めた印刷用の文字を登録してください。",
                "氏名か住所を印刷できない世帯が%(n)d件あります。"
                "区が認めた印刷用の文字を登録してください。",
                unprintable,
            )
            % {"n": unprintable}
        )
    for line in _finding_lines(findings):
        click.echo(line)


def _finding_lines(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        characters = " ".join(f"[{code}]" for code in finding.characters)
        sentences = " ".join(finding.sentences)
        where = _s("世帯 %(no)s の%(where)s: ") % {
            "no": finding.household_no,
            "where": finding.part.label,
        }
        yield "  " + where + " ".join(part for part in (characters, sentences) if part)
