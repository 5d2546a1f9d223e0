"""What was measured of ranges is read, put in words, and stands beside the figures of its method."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import InputError
from app.trends.calibration import Held, calibration_file, measured_sentence, read_calibration


def row(of: str, held: float, reviewed: int = 20) -> Held:
    return Held(
        method="reviewed-sample", of=of, editions=2, shares=9, reviewed=reviewed, drawn="alike", held=held,
        width=0.1, width_alone=0.2,
    )  # fmt: skip


def test_the_shipped_measurement_is_of_both_methods_that_can_be_measured() -> None:
    calibration = read_calibration()
    assert calibration is not None
    assert {found.method for found in calibration.rows} == {"reviewed-sample", "measured-elsewhere"}
    reviewed = calibration.of_method("reviewed-sample")
    assert all(0.93 <= found.held <= 0.97 for found in reviewed)
    assert all(found.width_alone is not None and found.width < found.width_alone for found in reviewed)
    assert all(found.reviewed == 0 and found.drawn is None for found in calibration.of_method("measured-elsewhere"))


def test_each_set_is_named_with_the_range_of_what_held() -> None:
    said = measured_sentence([row("one", 0.939), row("one", 0.97, 40), row("another", 0.95)])
    assert said.endswith("they held it in 94 to 97\u00a0% on one and 95\u00a0% on another.")
    more = measured_sentence([row("one", 0.94), row("another", 0.95), row("a third", 0.96)])
    assert more.endswith("94\u00a0% on one, 95\u00a0% on another and 96\u00a0% on a third.")
    assert measured_sentence([]) == ""


def test_a_damaged_measurement_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    assert read_calibration(file) is None
    file.write_text('{"rows": 1}')
    with pytest.raises(InputError, match="bench_shares"):
        read_calibration(file)
    file.write_bytes(calibration_file().read_bytes())
    assert read_calibration(file) == read_calibration()
