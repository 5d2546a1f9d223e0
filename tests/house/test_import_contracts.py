"""The import contracts hold, and would fail if someone broke them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import CHECKOUT

BREACHES = {
    "upwards": ("app/catalog/filters.py", "import app.trends.estimate\n", "Stages import downwards only"),
    "siblings": ("app/search/query.py", "import app.themes.evidence\n", "Stages import downwards only"),
    "fastapi": ("app/trends/counts.py", "import fastapi\n", "FastAPI and Starlette only under web"),
    "typer": ("app/pipeline.py", "import typer\n", "Typer only under cli"),
    "impure": ("app/search/fusion.py", "import sqlmodel\n", "Parsers and arithmetic never touch the database"),
    "unplaced": ("app/gadgets/__init__.py", '"""New."""\n', "Stages import downwards only"),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_caught(name: str, tmp_path: Path) -> None:
    file, line, contract = BREACHES[name]
    shutil.copytree(CHECKOUT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    broken = tmp_path / file
    broken.parent.mkdir(exist_ok=True)
    broken.write_text((broken.read_text(encoding="utf-8") if broken.exists() else "") + line, encoding="utf-8")
    answer = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=tmp_path, capture_output=True,
        text=True, check=False, env={"PATH": "", "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert answer.returncode != 0
    assert f"{contract} BROKEN" in answer.stdout or "gadgets" in answer.stdout, answer.stdout
