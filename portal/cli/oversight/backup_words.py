"""What the commands about backups say of a restored backup."""

from datetime import timedelta
from pathlib import Path

import click

from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.texts import _s
from portal.platform.backups.checking import Verdict


def elapsed(time: timedelta) -> str:
    """Return a length of time: seconds with one digit, from a minute on minutes and seconds."""
    seconds = time.total_seconds()
    if seconds < 60:
        return _s("%(seconds)s秒") % {"seconds": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), 60)
    return _s("%(minutes)s分%(seconds)s秒") % {"minutes": minutes, "seconds": rest}


def say_restored(file: Path, verdict: Verdict) -> None:
    """Say which backup was restored, what was in it, and how long that took."""
    manifest = verdict.manifest
    click.echo(
        _s(
            "%(file)s（%(at)s の記録）を空の場所に復元しました: "
            "世帯%(households)s、こども%(children)s人、%(yen)s円。かかった時間: %(time)s。"
        )
        % {
            "file": file.name,
            "at": minute_text(manifest.taken_at),
            "households": f"{verdict.found.households:,}",
            "children": f"{verdict.found.children:,}",
            "yen": f"{verdict.found.yen:,}",
            "time": elapsed(verdict.restored_in),
        }
    )
    if verdict.is_good and verdict.opened is not None:
        click.echo(
            _s("数はすべてバックアップの記録と同じで、%(rows)s行を鍵で開けました。")
            % {"rows": f"{verdict.opened.all:,}"}
        )


def say_faults(verdict: Verdict) -> None:
    """Say what is wrong, on standard error."""
    click.echo(_s("このバックアップには問題があります。"), err=True)
    for fault in verdict.faults:
        click.echo(f"- {fault}", err=True)
