"""A curator at the real app: signs in as a browser does and sends the forms of pages."""

from __future__ import annotations

import re
from html import unescape

from fastapi.testclient import TestClient
from httpx2 import Response

NAME, PASSWORD = "Cleo Curator", "correct horse battery"


def token_of(page: str) -> str:
    """The token of the first form of a page that writes."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return unescape(found[1])


def sign_in(client: TestClient, name: str = NAME, password: str = PASSWORD, **more: str) -> Response:
    token = token_of(client.get("/sign-in").text)
    sent = {"name": name, "password": password, "token": token, **more}
    answer: Response = client.post("/sign-in", data=sent, follow_redirects=False)
    return answer
