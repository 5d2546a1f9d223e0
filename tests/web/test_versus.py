"""The page and the API of two technologies side by side, and of the pairs worth one."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.web.test_pages import page
from tests.web.test_technologies import get, plain

TWO = "/technologies/flink/vs/ksqldb"


def test_the_page_has_what_the_api_has(full_client: TestClient) -> None:
    answer = get(full_client, TWO)
    text = page(full_client, TWO)
    for part in ("on_both", "second_limits", "elsewhere"):
        assert answer[part]
        for card in answer[part]:
            assert plain(card["text"]).replace("'", "&#39;") in plain(text), card["text"]
    assert "Limitations of ksqlDB" in text
    assert "No limitation of Flink is noted in a takeaway." in text
    for side in ("first_talks", "second_talks", "both"):
        assert f'href="/figures/{answer[side]["id"]}"' in text
    assert text.count("<svg") >= 1
    assert len(text.encode()) < 60_000


def test_other_names_and_the_other_order_lead_to_one_address(full_client: TestClient) -> None:
    for address in ("/technologies/ksqldb/vs/flink", "/technologies/Flink/vs/KSQL", "/technologies/flink/vs/ksql"):
        answer = full_client.get(address, follow_redirects=False)
        assert answer.status_code == 308
        assert answer.headers["location"] == TWO
        assert get(full_client, address)["second"]["slug"] == "ksqldb"


def test_what_there_is_not_is_said_with_what_may_be_meant(full_client: TestClient) -> None:
    answer = full_client.get("/technologies/flnk/vs/ksql")
    assert answer.status_code == 404
    assert "Did you mean flink" in answer.text
    assert full_client.get("/technologies/flink/vs/flink").status_code == 422
    assert full_client.get("/technologies/%3Cscript%3E/vs/flink").status_code == 404
    assert "<script>" not in full_client.get("/technologies/%3Cscript%3Ex/vs/flink").text.split("<body>")[1]
    get(full_client, "/technologies/flnk/vs/ksql", 404)


def test_a_technology_leads_to_its_pairs_and_has_its_comparisons(full_client: TestClient) -> None:
    text = page(full_client, "/technologies/flink")
    assert f'href="{TWO}"' in text
    assert "Comparisons and limits" in text
    assert "KSQL has no true checkpoints" in text
    assert "Comparisons and limits" not in page(full_client, "/technologies/flink?view=editions")


def test_the_list_of_pairs(full_client: TestClient, empty_client: TestClient) -> None:
    text = page(full_client, "/technologies/pairs")
    assert f'href="{TWO}"' in text
    listed = get(full_client, "/technologies/pairs?limit=3")
    assert set(listed) == {"total", "items", "next"}
    assert listed["items"][0]["takeaways"] >= listed["items"][1]["takeaways"]
    assert get(full_client, "/technologies/pairs?of=any")["total"] > listed["total"]
    assert "The list ends before row 5,001" in page(full_client, "/technologies/pairs?offset=5000")
    assert "No two technologies" in page(empty_client, "/technologies/pairs")
    assert 'href="/technologies/pairs"' in page(full_client, "/technologies")
