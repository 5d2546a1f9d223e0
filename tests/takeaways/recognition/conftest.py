"""A base with one shipped programme, and what is recognised in texts written for these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from app.catalog.mentions import Mention
from tests.quality.recognised import base_of, mentions_in

EDITION = "kafka-summit-san-francisco-2019"
Recognise = Callable[..., list[Mention]]


@pytest.fixture(scope="package")
def summit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The programme of Kafka Summit San Francisco 2019 and the technologies."""
    engine = base_of({"edition": EDITION}, tmp_path_factory.mktemp("summit"))
    yield engine
    engine.dispose()


@pytest.fixture
def recognise(summit: Engine) -> Recognise:
    """What a text names, of one kind: `recognise(text, kind, edition=...)`."""

    def named(text: str, kind: str = "talk", edition: str | None = EDITION) -> list[Mention]:
        return [one for one in mentions_in(summit, text, edition) if one.kind == kind]

    return named
