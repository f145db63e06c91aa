"""The image of the Dockerfile as a root, and the services of compose.yaml started in it."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pyrage import x25519

import portal
from tests.support.install import roots
from tests.support.install.compose import read_compose
from tests.support.install.containers import Image, Project
from tests.support.install.dockerfile import read_stages
from tests.support.install.guide_text import first_commands
from tests.support.install.network import Network
from tests.support.programs.environment import RUNTIME
from tests.support.sources import ROOT
from tests.support.wheel import build_wheel

ENTRYPOINT = ROOT / "tests" / "support" / "install" / "postgres_entrypoint.sh"
USER = 10001


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
    values = example_values() | {
        "PORTAL_BACKUP_RECIPIENTS": str(x25519.Identity.generate().to_public()),
        "PORTAL_BACKUP_OWNER": "the contractor's operator",
    }
    compose = read_compose(values)
    home = folder / "project"
    prepare(home)
    subnet = compose.described["networks"]["default"]["ipam"]["config"][0]["subnet"]
    names = list(compose.services)
    with Network(f"portal{os.getpid()}", subnet, names) as network:
        images = {"portal": image, "postgres": postgres}
        project = Project(compose, home, images, network)
        try:
            yield project
        finally:
            project.stop()


def example_values() -> dict[str, str]:
    """Return the values of the example that the operator copies."""
    lines = (ROOT / ".docker" / "example.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def prepare(home: Path) -> None:
    """Make the folders and secrets that compose.yaml names, as its first lines say."""
    programs = ROOT / "portal" / "programs"
    for name in ("demo", "sample"):  # the ward that is the sample takes some files of the other one
        shutil.copytree(programs / name, home / "program", dirs_exist_ok=True)
    settings = home / "program" / "program.toml"
    settings.write_text(settings.read_text("utf-8").replace('"../demo/', '"'), "utf-8")
    for name in ("keys", "backups"):
        (home / name).mkdir(mode=0o700)
        os.chown(home / name, USER, USER)
    (home / "secrets").mkdir(mode=0o700)
    for who, role in (("owner", "portal"), ("site", "portal_app")):
        password = secrets.token_hex(24)
        (home / "secrets" / f"{who}_password").write_text(f"{password}\n", "utf-8")
        url = f"postgresql://{role}:{password}@database/portal"
        (home / "secrets" / f"{who}_url").write_text(url, "utf-8")
    (home / ".docker").mkdir()
    shutil.copy(ROOT / ".docker" / "first-roles.sh", home / ".docker")


@pytest.fixture(scope="session")
def installed_server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root in which the first commands of `.github/guides/operate.md` were carried out."""
    root = roots.copy_of(roots.base_root(), folder / "server")
    roots.install_in(root, "adduser", "python3-venv")
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
    for path in (wheel, RUNTIME):
        shutil.copy(path, root / "root")
    commands = first_commands("operate", "A server with the wheel")
    commands = commands.replace("VERSION", portal.__version__)
    roots.run_with_pip_settings(root, f"set -eu; cd /root\n{commands}")
    return root
