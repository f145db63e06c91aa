"""The files of a later release: today's sources, another version and one migration more."""

import shutil
from pathlib import Path

import portal
from portal.platform.schema import VERSIONS, numbers_of
from tests.support.databases.migrations import later_versions
from tests.support.install.dockerfile import Copy, read_stages
from tests.support.sources import ROOT
from tests.support.wheel import build_wheel

NEXT = ".".join(str(part) for part in (*numbers_of(portal.__version__)[:2], 999))


def next_wheel(folder: Path) -> Path:
    """Build the wheel of the next version in a folder, from what the Dockerfile copies."""
    sources = folder / "sources"
    first, *_ = read_stages()
    for step in first.steps:
        if isinstance(step, Copy):
            for name in step.sources:
                _copy(ROOT / name, sources / name)
    init = sources / "portal" / "__init__.py"
    told = init.read_text("utf-8").replace(f'"{portal.__version__}"', f'"{NEXT}"')
    init.write_text(told, "utf-8")
    later = later_versions(folder / "later")
    shutil.copytree(later, sources / VERSIONS.relative_to(ROOT), dirs_exist_ok=True)
    return build_wheel(folder / "wheel", sources)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
