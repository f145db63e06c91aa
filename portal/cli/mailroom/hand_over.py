"""``portal letters hand-over``: hand a print run over to the post, in the name of two people."""

from dataclasses import asdict
from typing import Any

import click

from portal.cli.context import Context, answering, dry_run_option, json_option
from portal.cli.deciding import by_option, confirmed_option, person
from portal.domain.foundation.texts import _s, _sn
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.runs.queries import letter_ids
from portal.domain.people.staff.permissions import Permission, knows_protected


@click.command(
    "hand-over", help="Propose that a run was handed over to the post; with a second person, do it."
)
@click.argument("run_id", metavar="RUN", type=click.IntRange(min=1))
@by_option("Who proposes, an officer.")
@confirmed_option("The second person.")
@click.option(
    "--taken-out",
    "numbers",
    multiple=True,
    metavar="NUMBER",
    help="Number of a letter that was taken out first: it is cancelled. May be repeated.",
)
@dry_run_option
@json_option
@click.pass_obj
@answering
def hand_over(
    context: Context,
    run_id: int,
    numbers: tuple[str, ...],
) -> None:
    """Hand a run over with all its letters, in one transaction.

    Refused while letters must be taken out.
    """
    value: dict[str, Any] = {"run_id": run_id, "dry_run": context.dry_run, "handed_over": False}
    with context.database().write() as session:
        first = person(context, session, context.by, Permission.PROPOSE_HAND_OVER)
        taken = letter_ids(session, run_id, numbers, include_protected=knows_protected(first))
        value["taken_out"] = (
            handover.take_out(context.work(session, first), run_id, taken) if taken else 0
        )
        handover.propose_hand_over(context.work(session, first), run_id)
        if context.confirmed_by is not None:
            second = person(context, session, context.confirmed_by, Permission.CONFIRM_HAND_OVER)
            done = handover.confirm_hand_over(context.work(session, second), run_id)
            value |= asdict(done) | {"handed_over": True}
        if context.dry_run:
            session.rollback()
    context.write(value)
    if context.speaks:
        _say(value)


def _say(value: dict[str, Any]) -> None:
    if value["handed_over"]:
        click.echo(
            _sn(
                "印刷 %(run)d の手紙%(n)d通（こども%(children)d人、%(yen)s円）"
                "を印刷会社に引き渡しました。",
                "印刷 %(run)d の手紙%(n)d通（こども%(children)d人、%(yen)s円）"
                "を印刷会社に引き渡しました。",
                value["letters"],
            )
            % {
                "run": value["run_id"],
                "n": value["letters"],
                "children": value["children"],
                "yen": f"{value['yen']:,}",
            }
        )
    else:
        click.echo(
            _s(
                "印刷 %(run)d の引き渡しを提案しました。ほかの人が、職員のサイトか "
                "--confirmed-by で承認してください。"
            )
            % {"run": value["run_id"]}
        )
    if value["dry_run"]:
        click.echo(_s("試しの実行なので、何も変えていません。"))
