"""Where the real evaluation files are, for tests that count on them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from app.settings import CHECKOUT


@pytest.fixture(scope="session")
def eval_folder() -> Path:
    """The unpacked evaluation files: $HALLWAY_EVAL, else the user's cache, unpacked once where the archives are."""
    named = os.environ.get("HALLWAY_EVAL")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(named) if named else cache / "hallway-eval"
    unpack = CHECKOUT.parent / "shared" / "eval" / "unpack"
    if not named and not list(folder.glob(".done-*")) and unpack.is_file():
        subprocess.run([str(unpack), str(folder)], check=True, capture_output=True)
    if not folder.is_dir():
        pytest.skip(f"the evaluation files are not at {folder}; set HALLWAY_EVAL")
    return folder
