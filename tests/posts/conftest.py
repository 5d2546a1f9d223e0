"""The sample base of tests/trends."""

from __future__ import annotations

from tests.trends.conftest import sample_engine, session

__all__ = ["sample_engine", "session"]
