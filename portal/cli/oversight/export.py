"""``portal export``: everything that the ward owns, in open formats (clause 15)."""

from dataclasses import asdict
from pathlib import Path

import click

from portal.cli.context import Context, answering, json_option
from portal.cli.deciding import by_option, person
from portal.domain.foundation.texts import _s
from portal.domain.oversight.export.handing_over import export_all
from portal.domain.people.staff.permissions import Permission


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="New folder to write; never overwritten.",
)
@by_option("The ward's staff account that takes the data over.")
@click.option(
    "--protected-by-instruction",
    "instruction",
    default="",
    metavar="NO",
    help="Number of the ward's instruction to include protected households.",
)
@json_option
@click.pass_obj
@answering
def export(context: Context, out: Path, instruction: str) -> None:
    """Write every text, document version, report and ledger into a new folder, with a manifest."""
    database = context.database()
    with database.write() as session:  # an account is read with its row locked
        actor = person(context, session, context.by, Permission.DECIDE_MANAGEMENT)
    found = export_all(context.work_source(actor), out, instruction)
    context.write(asdict(found))
    if context.speaks:
        click.echo(
            _s(
                "%(path)s に%(files)s個のファイルを書き出しました。一覧の照合番号は "
                "%(digest)s です。"
            )
            % {"path": found.folder, "files": found.files, "digest": found.manifest_sha256}
        )
        if found.left_out:
            click.echo(
                _s(
                    "支援措置の世帯%(n)s件は入れていません。入れるには、"
                    "区の指示書の番号を指定してください。"
                )
                % {"n": found.left_out}
            )
