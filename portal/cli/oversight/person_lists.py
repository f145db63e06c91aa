"""``portal person-lists``: which list a leaked sheet, table or file is from."""

from pathlib import Path

import click

from portal.cli.context import WITH_HOLDS, Context, answering, json_option
from portal.cli.deciding import by_option, person
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.texts import _s
from portal.domain.oversight.person_lists.sealed import words_of
from portal.domain.oversight.person_lists.tracing import Told, Trace, trace
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names


@click.group("person-lists")
def person_lists() -> None:
    """Lists with persons in them that left as files."""


@person_lists.command("trace")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@by_option("Staff account of the ward that wants to know.")
@json_option
@click.pass_obj
@answering
def trace_file(context: Context, file: Path) -> None:
    """Tell which list FILE is from: the file itself, a table saved again, or some of its rows.

    Rows that somebody typed off are typed into a text file, a line each, with commas or tabs
    between the cells. Exit code 3 if no list is certain.
    """
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.TRACE_LISTS)
        work = context.work(session, actor)
        found = trace(work, file.read_bytes())
        certain = [one for one in found if one.is_certain]
        record(work, "person_list.traced", "person_list", certain=[one.row.id for one in certain])
        people = {one.row.requested_by for one in found}
        names = staff_names(session, people)
        shown = [
            _plain(one, names) | {"recipient": words_of(work.vault, one.row).recipient}
            for one in found
        ]
        context.write(shown)
        if context.speaks:
            for one, plain in zip(found, shown, strict=True):
                click.echo(_sentence(one, plain))
            if not found:
                click.echo(
                    _s(
                        "どの一覧とも合いません。画面から写したもの、書きかえたもののこともあります。"
                    )
                )
    if not certain:
        raise SystemExit(WITH_HOLDS)


def _plain(one: Trace, names: dict[int, str]) -> dict[str, object]:
    return {
        "number": one.row.id,
        "kind": one.row.kind,
        "told": one.told.value,
        "requested_by": names.get(one.row.requested_by, ""),
        "made_at": minute_text(one.row.made_at),
        "rows": one.found,
        "marks": one.cells,
        "marks_right": one.agreeing,
        "rows_copied": one.copied,
        "neighbors": one.pairs,
        "neighbors_in_order": one.in_order,
    }


def _sentence(one: Trace, plain: dict[str, object]) -> str:
    head = _s(
        "第%(number)s号 %(kind)s（申請: %(who)s、受け取る人: %(recipient)s、作った時: %(at)s）"
    ) % {
        "number": one.row.id,
        "kind": one.row.kind_name,
        "who": plain["requested_by"],
        "recipient": plain["recipient"],
        "at": plain["made_at"],
    }
    if one.told is Told.FILE:
        return f"{head}: {one.told.label}"
    if not one.is_certain:
        return _s(
            "%(head)s: %(told)s"
            "（そのままの行%(rows)s行、一覧の並びと同じ隣どうし%(right)s/%(pairs)s組）"
        ) % {
            "head": head,
            "told": one.told.label,
            "rows": f"{one.copied:,}",
            "right": f"{one.in_order:,}",
            "pairs": f"{one.pairs:,}",
        }
    return _s("%(head)s: %(told)s（%(rows)s行、印%(right)s/%(marks)s）") % {
        "head": head,
        "told": one.told.label,
        "rows": f"{one.found:,}",
        "right": f"{one.agreeing:,}",
        "marks": f"{one.cells:,}",
    }
