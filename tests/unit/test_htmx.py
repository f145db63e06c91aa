"""The script of another project is byte for byte the one that this project was tested with."""

from pathlib import Path

import pytest

from portal.building.htmx import NAME, PACKAGED, copy_htmx


def test_another_script_in_the_package_is_refused_and_nothing_is_copied(tmp_path: Path) -> None:
    packages, target = tmp_path / "packages", tmp_path / "vendor" / NAME
    (packages / PACKAGED).parent.mkdir(parents=True)
    (packages / PACKAGED).write_text("alert(1)", "utf-8")
    with pytest.raises(ValueError, match="is not the htmx that this project was tested with"):
        copy_htmx(packages, target)
    assert not target.exists()
