"""No field of a view hides a name that every template of its site sees (``words``, ``form``)."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import admin
import portal.web
from portal.platform.site import Site
from portal.platform.view import View
from tests.support.sources import ROOT

OF_EVERY_PAGE = ("portal/platform/page.py", "context")
SITES = {
    "admin": (admin, ("admin/navigation.py", "page_context"), {"words", "form", "who"}),
    "portal": (portal.web, ("portal/app.py", "page_context"), {"opening", "form", "page"}),
}


def _names(file: str, function: str) -> set[str]:
    """Return the keys of the mapping that a function returns."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    (found,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    keys = [key for node in ast.walk(found) if isinstance(node, ast.Dict) for key in node.keys]
    return {str(key.value) for key in keys if isinstance(key, ast.Constant)}


def _views(base: type[View] = View) -> Iterator[type[View]]:
    for view in base.__subclasses__():
        yield view
        yield from _views(view)


@pytest.mark.parametrize("site", SITES)
def test_no_view_hides_what_every_page_sees(
    site: str, staff_base: Site, resident_base: Site
) -> None:
    package, context, known = SITES[site]
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    common = _names(*OF_EVERY_PAGE) | _names(*context)
    assert known <= common
    common |= set((staff_base if site == "admin" else resident_base).templates.globals)
    views = [view for view in _views() if view.__module__.split(".")[0] == site]
    assert len(views) > 20
    hiding = [
        f"{view.__module__}.{view.__name__}: {field}"
        for view in views
        for field in view.__struct_fields__
        if field in common
    ]
    assert hiding == []
