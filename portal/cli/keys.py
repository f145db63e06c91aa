"""``portal keys``: the keys of a new deployment, and another key under a running program."""

from datetime import datetime

import click

from portal.cli.context import Context, answering
from portal.cli.index_key import rotate_index
from portal.cli.key_papers import papers
from portal.cli.key_steps import begin, progress_of, say_coming, say_earlier
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.key_ring import READ_EVERY
from portal.domain.foundation.program.deployment import CHECKED_KEYS, deployment, follow
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import KEY_FILES, Vault, load_vault
from portal.domain.oversight.keys import services
from portal.domain.oversight.keys.another_index import INDEX
from portal.domain.oversight.keys.another_pepper import renew_births
from portal.domain.oversight.keys.needs import need_earlier
from portal.domain.oversight.keys.sealing_anew import Passed, places, seal_all_anew
from portal.domain.tables import metadata
from portal.platform.key_files import create_keys
from portal.platform.key_rotation import Folder

MASTER, PEPPER = "kek", "pepper"


@click.group("keys", help="The keys of this deployment.")
def keys_group() -> None:
    """Commands about the key files."""


keys_group.add_command(papers)


@keys_group.command(
    help="Make the keys of a new deployment. Existing keys are never overwritten, and none are made"
    " beside a database that has others."
)
@click.pass_obj
@answering
def create(context: Context) -> None:
    """Make the keys."""
    settings = context.settings
    create_keys(settings)
    click.echo(
        _s("新しい鍵を作りました: %(folder)s（バックアップとは別の場所に、大切に保管してください）")
        % {"folder": settings.key_dir}
    )


@keys_group.command()
@click.argument("name", type=click.Choice(services.REPLACEABLE))
@click.option(
    "--copied", is_flag=True, help="The coming key was copied to all machines and places of keys."
)
@click.pass_obj
@answering
def rotate(context: Context, name: str, copied: bool) -> None:
    """Replace a key while the sites go on; run it again after --copied, also if it was stopped.

    ``index`` wants all sites and workers stopped for its second step.
    """
    if name == INDEX:
        rotate_index(context, copied)
        return
    context.database()
    folder = Folder(context.settings.key_dir, name)
    coming = folder.coming
    begins = not folder.earlier or (name == PEPPER and not copied)
    if coming is None and begins:
        coming, copied = begin(context, folder), False
    if coming is not None and not copied:
        say_coming(name, coming)
        return
    if coming is not None:
        with context.database().read() as session:
            services.check_is_the_one(session, name, coming)
    folder.promote()
    vault = load_vault(context.settings.key_dir)
    _record_newest(context, vault, folder)
    if name == MASTER:
        _seal_anew(context, vault)
    if name == PEPPER:
        _pepper_anew(context, vault)
    say_earlier(folder)


def _record_newest(context: Context, vault: Vault, folder: Folder) -> None:
    """Record once that the newest key is used: a stopped run may not have come so far."""
    file_name = folder.newest.path.name
    with context.database().write() as session:
        work = context.work(session)
        if services.is_rotated(session, folder.name, file_name):
            return
        services.note_rotated(work, folder.name, file_name)
        known = deployment(session)
        if folder.name in CHECKED_KEYS and known is not None:
            follow(known, vault, folder.name)


def _seal_anew(context: Context, vault: Vault) -> None:
    passed = seal_all_anew(
        context.database().write,
        vault,
        places(metadata.tables),
        progress_of(context),
        pause=READ_EVERY,
    )
    _note_anew(context, MASTER, passed)
    click.echo(
        _s("%(rows)d 行を確かめ、%(anew)d 行を新しい鍵で封じ直しました。")
        % {"rows": passed.rows, "anew": passed.sealed_anew}
    )


def _pepper_anew(context: Context, vault: Vault) -> None:
    passed = renew_births(context.database().write, vault, progress_of(context))
    _note_anew(context, PEPPER, passed)
    click.echo(
        _s(
            "生年月日の照合値 %(rows)d 件を確かめ、%(anew)d 件を新しい鍵で作り直しました。"
            "パスワードは、本人が次にサインインしたときに新しい鍵に替わります。"
        )
        % {"rows": passed.rows, "anew": passed.sealed_anew}
    )


def _note_anew(context: Context, name: str, passed: Passed) -> None:
    if passed.sealed_anew:
        with context.database().write() as session:
            services.note_sealed_anew(context.work(session), name, passed.sealed_anew)


@keys_group.command()
@click.pass_obj
@answering
def status(context: Context) -> None:
    """Show the age of each key, what comes, and what still needs an earlier one."""
    context.moves_index = True
    with context.database().read() as session:
        now = context.clock.now(session)
        for name in KEY_FILES:
            folder = Folder(context.settings.key_dir, name)
            age = services.age_of(session, name)
            click.echo(_line(folder, age, now))
        for name, text in (
            (MASTER, _s("前の鍵で封じた行")),
            (INDEX, _s("前の index の照合値のままのデータベース")),
            (PEPPER, _s("前の pepper の行")),
        ):
            folder = Folder(context.settings.key_dir, name)
            if folder.earlier or (name == INDEX and folder.coming is not None):
                left = need_earlier(context.work(session), name, places(metadata.tables))
                click.echo(
                    f"{text}: {sum(left.values()):,}"
                    + "".join(f"\n  {place}: {rows:,}" for place, rows in left.items())
                )


def _line(folder: Folder, age: services.Age | None, now: datetime) -> str:
    days = _s("%(days)d日") % {"days": age.days(now)} if age is not None else "–"
    parts = [f"{folder.name:8}{folder.newest.path.name:16}{days}"]
    if folder.coming is not None:
        parts.append(_s("これから: %(file)s") % {"file": folder.coming.path.name})
    parts += [_s("前の鍵: %(file)s") % {"file": file.path.name} for file in folder.earlier]
    return "  ".join(parts)


@keys_group.command()
@click.argument("file_name", metavar="FILE")
@click.pass_obj
@answering
def destroy(context: Context, file_name: str) -> None:
    """Destroy an earlier key on this machine, by the name of its file, once nothing needs it."""
    name = file_name.partition(".")[0]
    context.moves_index = name == INDEX
    folder = Folder(context.settings.key_dir, name)
    folder.check_earlier(file_name)
    with context.database().write() as session:
        work = context.work(session)
        services.check_sessions_ended(work, name)
        if left := need_earlier(work, name, places(metadata.tables)):
            raise WrongStateError(
                _s(
                    "前の鍵が要る行が、まだ %(rows)d あります。先に「portal keys rotate "
                    "%(name)s」を実行し、「portal keys status」で確かめてください。"
                )
                % {"rows": sum(left.values()), "name": name}
            )
        services.note_destroyed(work, name, file_name)
    folder.destroy(file_name)
    click.echo(
        _s(
            "%(file)s を消しました。ほかの機械にある写しと、前の鍵の紙も、廃棄してください。"
            "この鍵で封じたバックアップは、もう読めません。"
        )
        % {"file": file_name}
    )
