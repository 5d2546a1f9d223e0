"""Settings of one test are not those of the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.settings import get_settings


@pytest.fixture(autouse=True)
def _own_settings() -> Iterator[None]:
    """Commands that run in this process read the settings anew, from an environment that a test may have changed."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
