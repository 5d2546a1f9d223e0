"""Each page's template gets exactly the fields of its context: none is missing, none is passed and not used."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest
from jinja2 import meta, nodes

from app.settings import shipped
from app.web.app import PAGES
from app.web.errors import ErrorPage
from app.web.templating import PageContext, environment

CONTEXTS = sorted(
    {
        found
        for module in PAGES
        for found in vars(module).values()
        if inspect.isclass(found) and issubclass(found, PageContext) and found is not PageContext
    }
    | {ErrorPage},
    key=lambda found: found.__name__,
)
FRAME = {"frame", "section"}


def names_used(template: str) -> set[str]:
    """Variables a template asks its context for, with those of what it extends and includes."""
    source = (shipped("templates") / template).read_text(encoding="utf-8")
    tree = environment().parse(source)
    used = meta.find_undeclared_variables(tree) - set(environment().globals) - _made_here(tree)
    for node in tree.find_all((nodes.Extends, nodes.Include)):
        assert isinstance(node, nodes.Extends | nodes.Include)
        assert isinstance(node.template, nodes.Const)
        used |= names_used(node.template.value)
    return used


def _made_here(tree: nodes.Template) -> set[str]:
    """Macros and names a template makes or imports itself; jinja2.meta does not see them from within a block."""
    made = {
        name if isinstance(name, str) else name[1] for node in tree.find_all(nodes.FromImport) for name in node.names
    }
    made |= {node.name for node in tree.find_all(nodes.Macro)} | {node.target for node in tree.find_all(nodes.Import)}
    return made | {node.target.name for node in tree.find_all(nodes.Assign) if isinstance(node.target, nodes.Name)}


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda found: found.__name__)
def test_a_template_gets_exactly_its_context(context: type[PageContext]) -> None:
    given = {field.name for field in fields(context)}
    assert names_used(context.template) - FRAME == given


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda found: found.__name__)
def test_a_context_says_what_it_holds(context: type[PageContext]) -> None:
    assert context.__doc__
    assert not context.__doc__.startswith(f"{context.__name__}(")


def test_every_page_template_has_one_context() -> None:
    templates = {path.name for path in shipped("templates").glob("*.html")} - {"base.html"}
    assert sorted(templates) == sorted(context.template for context in CONTEXTS)
