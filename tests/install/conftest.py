"""The image of the Dockerfile as a root, and the services of compose.yaml started in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import portal
from tests.support.guide_text import first_commands
from tests.support.install import roots
from tests.support.install.containers import Image, Project
from tests.support.install.dockerfile import read_stages
from tests.support.install.next_version import next_wheel
from tests.support.install.projects import made_project
from tests.support.programs.environment import RUNTIME
from tests.support.sources import ROOT
from tests.support.wheel import build_wheel

ENTRYPOINT = ROOT / "tests" / "support" / "install" / "postgres_entrypoint.sh"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder on a disk: roots are large, and hold files that run."""
    with TemporaryDirectory(prefix="portal-install-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def stages(folder: Path) -> dict[str, Path]:
    """The roots of all stages of the Dockerfile, the last one under ``portal``."""
    made: dict[str, Path] = {}
    for stage in read_stages():
        name = stage.name or "portal"
        made[name] = roots.copy_of(roots.base_root(), folder / name)
        roots.build_stage(stage, made[name], made)
    return made


@pytest.fixture(scope="session")
def image(stages: dict[str, Path]) -> Image:
    """The image of the portal."""
    last = read_stages()[-1]
    return Image(stages["portal"], last.user, last.workdir, last.environment)


@pytest.fixture(scope="session")
def postgres(folder: Path) -> Image:
    """What stands for the image of PostgreSQL: Debian's package, and the same variables."""
    root = roots.copy_of(roots.base_root(), folder / "postgres")
    roots.install_in(root, "postgresql")
    shutil.copy(ENTRYPOINT, root / "entrypoint.sh")
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return Image(
        root,
        environment={"PATH": path, "LANG": "C.UTF-8"},
        entrypoint=("/bin/sh", "/entrypoint.sh"),
    )


@pytest.fixture(scope="session")
def project(folder: Path, image: Image, postgres: Image) -> Iterator[Project]:
    """compose.yaml's project in a folder of an operator, prepared as its first lines say."""
    images = {"portal": image, "postgres": postgres}
    with made_project(folder / "project", "portal", images, sample_ward(folder)) as project:
        yield project


def sample_ward(folder: Path) -> Path:
    """Write the ward that is the sample, which takes some files of the other one."""
    programs, written = ROOT / "portal" / "programs", folder / "sample-ward"
    for name in ("demo", "sample"):
        shutil.copytree(programs / name, written, dirs_exist_ok=True)
    settings = written / "program.toml"
    settings.write_text(settings.read_text("utf-8").replace('"../demo/', '"'), "utf-8")
    return written


@pytest.fixture(scope="session")
def proxy_root(folder: Path) -> Path:
    root = roots.copy_of(roots.base_root(), folder / "proxy")
    roots.install_in(root, "nginx-light")
    return root


@pytest.fixture(scope="session")
def installed_server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root in which the first commands of `.github/guides/operate.md` were carried out."""
    root = roots.copy_of(roots.base_root(), folder / "server")
    roots.install_in(root, "adduser", "python3-venv", "postgresql-client")
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
    for path in (wheel, RUNTIME):
        shutil.copy(path, root / "root")
    commands = first_commands("operate", "A server with the wheel")
    commands = commands.replace("VERSION", portal.__version__)
    roots.run_with_pip_settings(root, f"set -eu; cd /root\n{commands}")
    return root


@pytest.fixture(scope="session")
def next_release(folder: Path) -> Path:
    """The wheel of a later version, whose migrations add something."""
    (folder / "next").mkdir()
    return next_wheel(folder / "next")
