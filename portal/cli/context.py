"""What every command shares: its context, its options, and how it ends."""

import copy
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import click
from click.exceptions import Exit
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.cli.on_record import RecordingDatabase, forget_opened, output_held, write_file
from portal.cli.operating_user import operator
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import Clock, DatabaseClock
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, load_vault, noting_what_is_opened, opened_so_far
from portal.domain.foundation.work import Work, WorkSource
from portal.domain.people.households.looks import record_look
from portal.platform.database import Database, make_engine
from portal.platform.disposed import is_disposed
from portal.platform.in_force import InForce
from portal.platform.lost import CommitUnknownError, is_lost
from portal.platform.outages import Outage, outage_of
from portal.platform.startup import check_tables_and_keys
from portal.platform.waits import COMMAND_WAITS
from portal.settings import Settings

DONE, FAILED, WRONG_USE, WITH_HOLDS = 0, 1, 2, 3
"""Exit codes: done; failed and nothing changed; wrong use; done with rejects or holds."""

P = ParamSpec("P")
T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., object])


@dataclass
class Context:
    """What a command has: settings, program, keys, database, and the options of all commands.

    Program, keys and database are opened when a command first asks for them; its connections end
    with the command.

    Attributes:
        settings: The settings of the deployment.
        actor: The system, with the operating system's user who runs the command.
        by: ``--by``: the login in whose name it decides.
        confirmed_by: ``--confirmed-by``: the login of the second person.
        codes_fd: ``--codes-fd``: the file descriptor from which the codes of both are read.
        proven: Keys of the accounts whose owners proved themselves in this command.
        first: The person of ``--by``, once proven.
        shown_to: Who is shown what the command says, where that is not ``first`` alone.
        dry_run: ``--dry-run``: whether nothing is to be changed.
        json_file: ``--json``: the file for the result, ``-`` for standard output.
        moves_index: Whether the command may meet a database of another search key.
        in_force: What was approved on the staff site since the program's file was written.
    """

    settings: Settings
    actor: Actor = field(default_factory=operator)
    by: str = ""
    confirmed_by: str | None = None
    codes_fd: int | None = None
    proven: set[int] = field(default_factory=set)
    first: Actor | None = None
    shown_to: Sequence[Actor] = ()
    dry_run: bool = False
    json_file: str | None = None
    moves_index: bool = False
    in_force: InForce = field(default_factory=InForce)

    @property
    def program_name(self) -> str:
        """Name or path of the chosen program."""
        return self.settings.program

    @property
    def public_url(self) -> str:
        """The resident site's address."""
        return self.settings.public_url

    @cached_property
    def _program(self) -> Program:
        return load_program(self.settings.program)

    @cached_property
    def _database(self) -> RecordingDatabase:
        check_tables_and_keys(self.settings, moving=self.moves_index)
        engine = make_engine(self.settings.database_url, waits=COMMAND_WAITS)
        database = RecordingDatabase(engine, self._record_look)
        command = click.get_current_context(silent=True)
        if command is not None:
            command.find_root().call_on_close(database.engine.dispose)
        return database

    @cached_property
    def _remaining(self) -> Database:
        database = Database(make_engine(self.settings.database_url, waits=COMMAND_WAITS))
        click.get_current_context().find_root().call_on_close(database.engine.dispose)
        return database if is_disposed(database.engine) else self._database

    @cached_property
    def _vault(self) -> Vault:
        self.database()
        return load_vault(self.settings.key_dir)

    def load_program(self) -> Program:
        """Return the program, validated."""
        return self._program

    def database(self) -> Database:
        """Return the database; one whose tables are not those of this program is refused."""
        return self._database

    def remaining_database(self) -> Database:
        """Return the database, also what stays of it after a disposal, when there are no keys."""
        return self._remaining

    def vault(self) -> Vault:
        """Return the keys."""
        return self._vault

    @property
    def clock(self) -> Clock:
        """Return the clock of the database."""
        return DatabaseClock(self.settings.clock_offset)

    def work(
        self, session: Session, actor: Actor | None = None, now: datetime | None = None
    ) -> Work:
        """Return the work of an open transaction.

        By default in the name of whoever runs the command, now (UTC).
        """
        at = now or self.clock.now(session)
        self.in_force.refresh(session, at)
        program = self.in_force.program(self.load_program())
        return Work(session, self.vault(), program, actor or self.actor, at)

    def work_source(self, actor: Actor | None = None) -> WorkSource:
        """Return a source of transactions for a longer task."""
        database = self.database()
        source = WorkSource(
            database.read,
            database.write,
            self.vault(),
            self.clock,
            actor or self.actor,
            self.load_program(),
            standing=self.in_force,
        )
        if self.in_force.is_old:
            with source.reading():
                pass  # the program as it is in force stands before the first transaction
        return source

    def _record_look(self, session: Session) -> None:
        """Record what this command opened and is not on record yet."""
        if opened := opened_so_far():
            command = click.get_current_context(silent=True)
            name = command.command_path if command is not None else ""
            for actor in self.shown_to or (self.first,):
                record_look(self.work(session, actor), opened, name)

    def record_looks(self) -> None:
        """Record what was opened outside of a transaction, or before one failed."""
        if "_database" in vars(self):
            self._database.record_now()
        forget_opened()  # of another database than the command's, such as a restored one

    @property
    def speaks(self) -> bool:
        """Whether the result is printed in sentences: standard output does not carry the JSON."""
        return self.json_file != "-"

    def write(self, value: object) -> None:
        """Write the result as JSON, if that was asked for."""
        write_json(self.json_file, value)


def mention(text: str) -> None:
    """Say something to whoever starts a server; a full disk under its log must not keep it down."""
    with suppress(OSError):
        click.echo(text, err=True)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End with one sentence on standard error."""
    click.echo(message, err=True)
    sys.exit(code)


def _database_fault(error: SQLAlchemyError) -> str:
    said = str(getattr(error, "orig", "")).lower()
    if isinstance(error, CommitUnknownError):
        return _s(
            "最後の書き込みがデータベースに届いたかどうか、確かめられませんでした。"
            "もう一度実行してください。同じことが2回行われることはありません。"
        )
    if outage_of(error) is Outage.READ_ONLY:
        return _s(
            "このデータベースは待機系か読み取り専用で、書き込めません。"
            "PORTAL_DATABASE_URL を確かめるか、切り替えが終わってから、もう一度実行してください。"
            "途中のものは残っていません。"
        )
    if any(words in said for words in ("is full", "disk i/o", "no space left", "file too large")):
        return _s(
            "データベースに書き込めません。ディスクの空き容量を確かめて、"
            "もう一度実行してください。途中のものは残っていません。"
        )
    return _s(
        "データベースに接続できないか、ほかの処理が使用中です。PORTAL_DATABASE_URL と、"
        "データベースの状態を確かめてください。"
    )


def answering(function: Callable[P, T]) -> Callable[P, T]:
    """Report refusals of rules, files and databases in one sentence, with exit code 1."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with _on_record():
                return function(*args, **kwargs)
        except DomainError as error:
            fail(error.message)
        except SQLAlchemyError as error:
            if not is_lost(error):
                raise
            fail(_database_fault(error))
        except BrokenPipeError:
            raise  # whoever read our output has seen enough; main() says so
        except OSError as error:
            name = Path(error.filename).name if isinstance(error.filename, str) else ""
            fail(
                _s(
                    "ファイルを読み書きできません（%(name)s: %(reason)s）。"
                    "空き容量と権限を確かめてください。"
                )
                % {"name": name, "reason": error.strerror or type(error).__name__}
            )
        except KeyboardInterrupt:
            fail(_s("中断しました。同じコマンドをもう一度実行すると、続きから進みます。"), 130)

    return wrapped


@contextmanager
def _on_record() -> Iterator[None]:
    """Record whose data a command opened, before what it prints leaves it."""
    command = click.get_current_context(silent=True)
    if command is None or opened_so_far() is not None:
        yield
        return
    with noting_what_is_opened(), output_held() as held:
        try:
            yield
        except BaseException as error:
            if not isinstance(error, SystemExit | Exit):
                held.files.clear()
            raise
        finally:
            if isinstance(command.obj, Context):
                command.obj.record_looks()
            held.release()


def write_json(target: str | None, value: object) -> None:
    """Write a result as JSON to a file or, for ``-``, to standard output.

    The file appears when the command ends and all that it opened is on record.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"
    if target == "-":
        click.echo(text, nl=False)
    elif target:
        write_file(Path(target), text)


def keep(click_context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Put the value of an option of all commands into this command's context."""
    click_context.obj = copy.copy(click_context.obj)
    if value is not None:
        setattr(click_context.obj, str(parameter.name), value)


def keep_shown(click_context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a result's way out if it is a screen; ends where it is a file.

    A list with persons leaves as a file by an approved request alone (decision 43).
    """
    if value not in {None, "-"}:
        refuse_file()
    keep(click_context, parameter, value)


def refuse_file() -> NoReturn:
    """End because the result tells households apart and was to be written to a file."""
    fail(
        _s(
            "この結果からは世帯や人がわかるので、ファイルには書きません。"
            "--json だけをつけて、画面で見てください。"
        )
    )


json_option, shown_json_option = (
    click.option(
        "--json",
        "json_file",
        is_flag=False,
        flag_value="-",
        default=None,
        metavar=metavar,
        expose_value=False,
        callback=callback,
    )
    for metavar, callback in (("[FILE]", keep), ("", keep_shown))
)
"""``--json``, and the same for a result with persons in it, which is shown and not written."""
dry_run_option = click.option("--dry-run", is_flag=True, expose_value=False, callback=keep)
