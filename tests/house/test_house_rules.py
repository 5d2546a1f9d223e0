"""Rules of the house that no linter knows: sizes, names, documented settings and commands, quick start."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import CHECKOUT, Settings

APP = CHECKOUT / "app"
SOURCES = sorted(path for path in APP.rglob("*.py") if "versions" not in path.parts)
MAX_FILE, MAX_FUNCTION, MAX_TEMPLATE = 400, 60, 150
TOO_LONG: dict[str, str] = {}
"""Files that may be longer, each with its reason. This only shrinks."""

FORBIDDEN_ENDINGS = ("Manager", "Handler", "Helper", "Processor", "Util", "Utils", "Data", "Info")
FORBIDDEN_MODULES = {"utils", "util", "common", "core", "services", "helpers", "misc"}
# Put together so that this file does not match itself.
MACHINE_PATHS = re.compile("|".join(("/" + "work/", "/" + "root/", "/" + r"home/[a-z]+/")))
REGISTRIES = re.compile("|".join(("pypi" + r"\.org", "download\\.py" + r"torch\.org", "registry\\.npm" + r"js")))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [CHECKOUT / name for name in listed.stdout.splitlines() if (CHECKOUT / name).is_file()]


def readme() -> str:
    return (CHECKOUT / "README.md").read_text(encoding="utf-8")


def definitions(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_sizes_and_names(path: Path) -> None:
    name = str(path.relative_to(CHECKOUT))
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_FILE or name in TOO_LONG, f"{lines} lines; split it"
    assert path.stem not in FORBIDDEN_MODULES
    for node in definitions(path):
        if isinstance(node, ast.ClassDef):
            assert not node.name.endswith(FORBIDDEN_ENDINGS), node.name
        else:
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MAX_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize(
    "path", sorted((CHECKOUT / "templates").rglob("*.*")), ids=lambda path: str(path.relative_to(CHECKOUT))
)
def test_templates_are_short_and_never_trust_data(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_TEMPLATE
    assert "|safe" not in text.replace(" ", "")
    assert " style=" not in text
    assert "http" + "s://fonts." not in text


def test_modules_say_what_they_hold() -> None:
    silent = [
        str(path.relative_to(CHECKOUT))
        for path in SOURCES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_models_do_not_postpone_annotations() -> None:
    for path in (APP / "models").glob("*.py"):
        assert "from __future__ import annotations" not in path.read_text(encoding="utf-8"), path


def test_nothing_is_left_undone() -> None:
    words = re.compile(r"raise NotImplementedError|\bTODO\b(?!\")|FIXME|XXX|pragma: no cover")
    left = [
        f"{path.relative_to(CHECKOUT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if words.search(line)
    ]
    assert left == []


def test_no_machine_and_no_registry_is_named() -> None:
    for path in tracked():
        if path.suffix in (".woff2", ".png", ".sqlite3") or path.name == "requirements.lock":
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not MACHINE_PATHS.search(text), path
        assert not REGISTRIES.search(text), path


def test_every_setting_is_documented() -> None:
    text = readme()
    for name, field in Settings.model_fields.items():
        assert f"`HALLWAY_{name.upper()}`" in text, name
        assert field.description, name


def test_every_command_format_report_and_export_is_documented() -> None:
    from app.cli import app as cli
    from app.exports.registry import FORMATS as EXPORTS
    from app.ingest.formats.registry import FORMATS
    from app.reports.registry import REPORTS

    text = readme()
    for command in cli.registered_commands:
        assert command.callback is not None
        assert f"hallway {command.callback.__name__}" in text, command.callback.__name__
    for name in (*(f.name for f in FORMATS), *(r.name for r in REPORTS), *(e.suffix for e in EXPORTS)):
        assert f"`{name}`" in text, name


def test_help_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'sentence_transformers', 'onnxruntime', 'openvino', 'numpy', 'sqlalchemy', 'fastapi'}"
    code = f"import sys, app.cli; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_pages_load_no_model() -> None:
    heavy = "{'torch', 'sentence_transformers', 'transformers'}"
    code = f"import sys, app.web.app; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_migrations_make_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    import app.models  # noqa: F401
    from app.db.engine import make_engine
    from app.migrations import upgrade

    engine = make_engine(f"sqlite:///{tmp_path / 'base.sqlite3'}")
    assert upgrade(engine)
    assert not upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    engine.dispose()
