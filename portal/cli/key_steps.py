"""What the replacement of each key has in common: the coming key, progress, and what is next."""

import click

from portal.cli.context import Context
from portal.domain.foundation.key_ring import KeyFile
from portal.domain.foundation.texts import _s
from portal.domain.oversight.keys import services
from portal.domain.oversight.keys.sealing_anew import Progress
from portal.platform.key_rotation import Folder

SHOWN_EVERY = 5_000


def begin(context: Context, folder: Folder) -> KeyFile:
    """Make the coming key, on record before it has its name: who was stopped begins anew."""
    with context.database().write() as session:
        here = {file.path.name for file in folder.files}
        services.check_may_begin(session, folder.name, here)
        made = folder.write()
        services.note_made(context.work(session), folder.name, made)
    return folder.name_it(made)


def say_coming(name: str, coming: KeyFile) -> None:
    """Say what to do with a key that was made and is not used yet."""
    click.echo(
        _s(
            "新しい鍵 %(file)s を作りました。まだ使いません。すべての機械の鍵フォルダーに"
            "写してから、「portal keys rotate %(name)s --copied」を実行してください。"
        )
        % {"file": coming.path.name, "name": name}
    )


def progress_of(context: Context) -> Progress:
    """Return what shows now and then how far a command is."""

    def show(place: str, rows: int) -> None:
        if context.speaks and rows % SHOWN_EVERY == 0:
            click.echo(f"  {place}: {rows:,}", err=True)

    return show


def say_earlier(folder: Folder) -> None:
    """Say what to do about the keys of before."""
    for file in folder.earlier:
        click.echo(
            _s(
                "「portal keys papers print」で、鍵の紙を作りなおしてください。前の鍵 %(file)s は、"
                "まだ残っています。要らなくなったら「portal keys destroy %(file)s」で消せます。"
            )
            % {"file": file.path.name}
        )
