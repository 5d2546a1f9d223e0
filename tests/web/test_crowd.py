"""Many visitors at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from starlette.testclient import TestClient

from app.bootstrap import KnowledgeBase
from app.web.app import create_app
from app.web.crowd import AT_A_TIME


def test_no_more_are_worked_on_at_a_time_than_said_and_all_are_answered(knowledge_base: KnowledgeBase) -> None:
    app = create_app(knowledge_base)
    lock = threading.Lock()
    inside = most = 0
    full = threading.Event()

    @app.get("/held")
    def held() -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside >= AT_A_TIME:
                full.set()
        full.wait(20)
        with lock:
            inside -= 1
        return "done"

    with TestClient(app) as client, ThreadPoolExecutor(3 * AT_A_TIME) as pool:
        answers = list(pool.map(lambda _: client.get("/held").status_code, range(3 * AT_A_TIME)))
    assert answers == [200] * (3 * AT_A_TIME)
    assert most == AT_A_TIME
