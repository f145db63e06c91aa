"""``portal program new``: the files of a new ward, to be edited, in a folder of their own."""

import shutil
from pathlib import Path

import click

from portal.cli.context import answering
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.program.loader import FILE_NAME, PROGRAMS
from portal.domain.foundation.texts import _s

SAMPLE, TEXTS = PROGRAMS / "sample", PROGRAMS / "demo"
TEXT_FILES = ("texts.toml", "letters.toml", "advance.toml")
"""What the sample borrows from the demo, and a ward writes itself."""


@click.command("new", help="Write the files of a new ward's program into an empty folder.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@answering
def new_program(folder: Path) -> None:
    """Copy the sample's files, complete in one folder; nothing that exists is touched."""
    if folder.is_dir() and any(folder.iterdir()):
        raise ConflictError(
            _s("フォルダー %(folder)s は空ではありません。別のフォルダーを指定してください。")
            % {"folder": folder}
        )
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    program = folder / FILE_NAME
    text = program.read_text(encoding="utf-8")
    program.write_text(text.replace('"../demo/', '"'), encoding="utf-8")
    for name in TEXT_FILES:
        shutil.copyfile(TEXTS / name, folder / name)
    click.echo(
        _s(
            "%(folder)s に見本のファイルを置きました。区に合わせて書きかえて、"
            "portal --program %(folder)s program check で確かめてください。"
        )
        % {"folder": folder}
    )
