"""``portal keys rotate index``: another search key, while sites and workers stand still."""

import click

from portal.cli.context import Context
from portal.cli.key_steps import begin, progress_of, say_coming, say_earlier
from portal.domain.foundation.key_ring import KeyFile
from portal.domain.foundation.texts import _s
from portal.domain.oversight.keys import services
from portal.domain.oversight.keys.another_index import INDEX, belongs_to, renew_digests
from portal.domain.oversight.keys.sealing_anew import Passed
from portal.platform.key_rotation import Folder
from portal.platform.standing_still import alone


def rotate_index(context: Context, copied: bool) -> None:
    """Take the next step: make the coming key; or bring the database to it, then use it.

    A database of before, such as one from a backup, is brought to the key in use.

    Raises:
        WrongStateError: another machine has the key; something still runs; or a hand-over is open.
        IntegrityFaultError: a digest cannot be made anew; nothing has changed.
    """
    context.moves_index = True
    folder = Folder(context.settings.key_dir, INDEX)
    coming, now = folder.coming, _in_use(context)
    if coming is None and not folder.earlier and now == folder.newest.read():
        coming, copied = begin(context, folder), False
    if coming is not None and not copied and now != coming.read():
        say_coming(INDEX, coming)
        click.echo(
            _s(
                "index の鍵は、止めている間に替えます。写したら、すべてのサイトと「portal work」を"
                "止め、バックアップを取ってから、実行してください。"
            )
        )
        return
    wanted = coming or folder.newest
    if now != wanted.read():
        _say(_bring(context, wanted))
    folder.promote()
    say_earlier(folder)


def _in_use(context: Context) -> bytes:
    with context.database().read() as session:
        return belongs_to(context.work(session))


def _bring(context: Context, wanted: KeyFile) -> Passed:
    database = context.database()
    if wanted.is_next:
        with database.read() as session:
            services.check_is_the_one(session, INDEX, wanted)
    database.engine.dispose()  # our own connections would be others, too
    file_name = f"{INDEX}.{wanted.number}.key" if wanted.is_next else wanted.path.name
    with alone(context.settings.database_url, context.clock) as session:
        work = context.work(session)
        return renew_digests(work, wanted.read(), file_name, progress_of(context))


def _say(passed: Passed) -> None:
    click.echo(
        _s("%(rows)d 行を確かめ、%(anew)d 個の照合値を新しい鍵で作り直しました。")
        % {"rows": passed.rows, "anew": passed.sealed_anew}
    )
