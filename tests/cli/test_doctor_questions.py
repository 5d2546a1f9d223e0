"""`hallway doctor` lists the questions that search did not answer, for people and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from sqlalchemy import Engine

from app.search.unanswered import record
from app.settings import CHECKOUT


def doctor(engine: Engine, *arguments: str) -> str:
    environment = os.environ | {"HALLWAY_DATABASE_URL": engine.url.render_as_string(hide_password=False)}
    answer = subprocess.run(
        [sys.executable, "-m", "app", "doctor", *arguments], cwd=CHECKOUT, env=environment, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "Traceback" not in answer.stderr
    return answer.stdout


def test_questions_without_an_answer_are_counted_and_listed(engine: Engine) -> None:
    assert json.loads(doctor(engine, "--json"))["unanswered"] == []
    assert "Asked, and nothing or little found" not in doctor(engine)
    for number in range(25):
        record(engine, f"question {number}", "hybrid")
    record(engine, "question 7", "hybrid")
    text = doctor(engine)
    assert "25 questions were asked that search found nothing or little for" in text
    listed = text.split("Asked, and nothing or little found:\n")[1].splitlines()
    assert listed[0].split(maxsplit=2)[0] == "2"
    assert listed[0].endswith("question 7 (hybrid)")
    assert len([line for line in listed if line.endswith("(hybrid)")]) == 20
    assert "More: `hallway doctor --json`." in text
    found = json.loads(doctor(engine, "--json"))["unanswered"]
    assert len(found) == 25
    assert set(found[0]) == {"text", "mode", "count", "first_at", "last_at"}
    assert (found[0]["text"], found[0]["count"]) == ("question 7", 2)
