"""Whatever a command opens of a family is on record before the command says anything of it."""

import json
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from portal.cli.context import Context, answering, json_option
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import WrongStateError
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.households.queries import view_households
from portal.settings import load_settings
from tests.support.coupons import NOW
from tests.support.mailroom.ward import Ward, ward
from tests.support.people import add_person

__all__ = ["ward"]


@click.command("show")
@click.argument("key", type=int)
@click.option("--inside", is_flag=True, help="Print before the transaction ends.")
@click.option("--err", is_flag=True, help="Print on standard error.")
@click.option("--refuse", is_flag=True, help="End in a refusal, which rolls back.")
@click.option("--out", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
@answering
def show(
    context: Context, key: int, *, inside: bool, err: bool, refuse: bool, out: Path | None
) -> None:
    """Print the name of a family."""
    with context.database().write() if refuse else context.database().read() as session:
        (view,) = view_households(context.work(session), [key])
        if inside:
            click.echo(view.fields.name, err=err)
            context.write({"name": view.fields.name})
        if refuse:
            raise WrongStateError("refused")
    if out is not None:
        out.write_text(view.fields.name)
    if not inside:
        click.echo(view.fields.name, err=err)
        context.write({"name": view.fields.name})


def run(ward: Ward, *words: object) -> Result:
    """Run the command as its own process would."""
    context = Context(load_settings(ward.environ))
    try:
        return CliRunner().invoke(show, [str(word) for word in words], obj=context)
    finally:
        context.database().engine.dispose()


@pytest.mark.parametrize("inside", [False, True])
def test_a_command_prints_a_name_only_after_the_look_is_on_record(
    ward: Ward, tmp_path: Path, inside: bool
) -> None:
    key = add_person(ward.database, NOW).household_id
    words = [key, "--out", tmp_path / "name.txt", *(["--inside"] if inside else [])]
    done = run(ward, *words)
    assert (done.exit_code, done.output.strip()) == (0, "鶉野　瑠璃子")
    with ward.database.read() as session:
        (look,) = session.scalars(select(AuditEvent).filter_by(action=VIEWED))
        assert (look.detail["page"], named_households(look.detail)) == ("show", [key])
        assert look.channel == "command"
    (tmp_path / "name.txt").unlink()
    refuse_events(ward)
    done = run(ward, *words)
    assert done.exit_code == 1
    assert "鶉野" not in done.output
    assert not (tmp_path / "name.txt").exists()


@pytest.mark.parametrize("inside", [False, True])
def test_a_command_says_no_name_on_standard_error_before_the_look_is_on_record(
    ward: Ward, inside: bool
) -> None:
    key = add_person(ward.database, NOW).household_id
    words = [key, "--err", *(["--inside"] if inside else [])]
    done = run(ward, *words)
    assert (done.exit_code, done.stderr.strip(), done.stdout) == (0, "鶉野　瑠璃子", "")
    assert looks_at(ward) == [key]
    refuse_events(ward)
    done = run(ward, *words)
    assert done.exit_code == 1
    assert "鶉野" not in done.output


@pytest.mark.parametrize("inside", [False, True])
def test_a_result_appears_as_a_file_only_after_the_look_is_on_record(
    ward: Ward, tmp_path: Path, inside: bool
) -> None:
    key = add_person(ward.database, NOW).household_id
    folder = tmp_path / "results"
    folder.mkdir()
    words = [key, "--json", folder / "name.json", *(["--inside"] if inside else [])]
    assert run(ward, *words).exit_code == 0
    (written,) = folder.iterdir()
    assert json.loads(written.read_text("utf-8")) == {"name": "鶉野　瑠璃子"}
    assert looks_at(ward) == [key]
    written.unlink()
    refuse_events(ward)
    assert run(ward, *words).exit_code == 1
    assert list(folder.iterdir()) == []


def test_what_a_command_opened_before_a_refusal_is_on_record(ward: Ward, tmp_path: Path) -> None:
    key = add_person(ward.database, NOW).household_id
    words = [key, "--inside", "--refuse", "--json", tmp_path / "name.json"]
    done = run(ward, *words)
    assert (done.exit_code, done.stderr.strip()) == (1, "refused")
    assert looks_at(ward) == [key]
    assert not (tmp_path / "name.json").exists()
    refuse_events(ward)
    done = run(ward, *words)
    assert done.exit_code == 1
    assert "鶉野" not in done.output
    assert "refused" not in done.output


def test_a_result_goes_into_a_pipe_that_is_there_and_replaces_a_file_whole(
    ward: Ward, tmp_path: Path
) -> None:
    key = add_person(ward.database, NOW).household_id
    target = tmp_path / "name.json"
    target.write_text("an earlier result")
    (tmp_path / "link.json").symlink_to(target)
    assert run(ward, key, "--json", tmp_path / "link.json").exit_code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads(target.read_text("utf-8")) == {"name": "鶉野　瑠璃子"}
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert run(ward, key, "--json", tmp_path / "pipe").exit_code == 0
    assert json.loads(os.read(reading, 1000)) == {"name": "鶉野　瑠璃子"}
    os.close(reading)


def looks_at(ward: Ward) -> list[int]:
    """The households that looks of commands name."""
    with ward.database.read() as session:
        looks = session.scalars(select(AuditEvent).filter_by(action=VIEWED, channel="command"))
        return [key for look in looks for key in named_households(look.detail)]


def refuse_events(ward: Ward) -> None:
    """Let no event be written any more."""
    with ward.database.write() as session:
        session.execute(text(REFUSED[session.get_bind().dialect.name]))


REFUSED = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    "postgresql": "ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (false) NOT VALID",
}
