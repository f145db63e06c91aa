"""Whatever a command opens of a family is on record before the command says anything of it."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from portal.cli.context import Context, answering
from portal.domain.foundation.audit.models import AuditEvent
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
@click.option("--out", type=click.Path(path_type=Path))
@click.pass_obj
@answering
def show(context: Context, key: int, *, inside: bool, out: Path | None) -> None:
    """Print the name of a family."""
    with context.database().read() as session:
        (view,) = view_households(context.work(session), [key])
        if inside:
            click.echo(view.fields.name)
    if out is not None:
        out.write_text(view.fields.name)
    if not inside:
        click.echo(view.fields.name)


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


def refuse_events(ward: Ward) -> None:
    """Let no event be written any more."""
    with ward.database.write() as session:
        session.execute(text(REFUSED[session.get_bind().dialect.name]))


REFUSED = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    "postgresql": "ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (false) NOT VALID",
}
