"""What surrounds the pages: headers, HEAD, static files, health, measurements, colours, budgets."""

from __future__ import annotations

import gzip
import re

import pytest
from fastapi.testclient import TestClient

from app.web.assets import FOLDER, read_assets

STYLE = (FOLDER / "hallway.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/", "/talks/probes", "/api/v1/talks", "/nothing", "/healthz", "/openapi.json"])
def test_every_answer_has_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("path", ["/", "/talks", "/api/v1/talks", "/healthz", "/nothing"])
def test_head_answers_as_get_without_a_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


def test_static_files_are_kept_for_a_year_under_their_hash(client: TestClient) -> None:
    text = client.get("/").text
    address = re.search(r'href="(/static/[0-9a-f]{12}/hallway\.css)"', text)
    assert address
    answer = client.get(address[1])
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/000000000000/hallway.css").headers["cache-control"] == "no-cache"
    for name in ("../app.py", "..%2fapp.py", "fonts/../../app.py", "%00"):
        assert client.get(f"{read_assets().prefix}/{name}").status_code == 404


def test_browsers_find_the_icon_beside_what_names_none(client: TestClient) -> None:
    """Else each export that is opened in a browser leaves a "not found" in its console."""
    icon = client.get("/favicon.ico")
    assert icon.status_code == 200
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.content == client.get(f"{read_assets().prefix}/favicon.svg").content


def test_fonts_come_with_their_licence(client: TestClient) -> None:
    names = set(read_assets().files)
    for font in [name for name in names if name.endswith(".woff2")]:
        assert client.get(f"{read_assets().prefix}/{font}").headers["content-type"] == "font/woff2"
    for licence in ("fonts/OFL-inter.txt", "fonts/OFL-source-serif.txt"):
        assert "SIL OPEN FONT LICENSE" in client.get(f"{read_assets().prefix}/{licence}").text


def test_health_and_readiness(client: TestClient, empty_client: TestClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "database: ok\nschema: ok\nindex: ok\n"
    assert empty_client.get("/readyz").status_code == 200


def test_measurements_are_by_route_and_by_app(client: TestClient, empty_client: TestClient) -> None:
    client.get("/talks/probes")
    client.get("/talks/no-such")
    text = client.get("/metrics").text
    assert 'hallway_requests_total{method="GET",route="/talks/{slug}",status="200"}' in text
    assert 'hallway_requests_total{method="GET",route="/talks/{slug}",status="404"}' in text
    assert 'hallway_request_seconds_bucket{le="0.05",route="/talks/{slug}"}' in text
    assert "probes" not in text
    assert 'route="/talks/{slug}"' not in empty_client.get("/metrics").text


def test_budgets_of_style_and_script() -> None:
    assert len((FOLDER / "hallway.css").read_bytes()) < 30_000
    assert len((FOLDER / "hallway.js").read_bytes()) < 20_000
    assert len(gzip.compress((FOLDER / "hallway.css").read_bytes())) < 9_000


def test_nothing_is_fetched_from_elsewhere(client: TestClient) -> None:
    assert re.findall(r"url\((?!fonts/)", STYLE) == []
    assert re.findall(r'(?:src|href)="https?://[^"]+\.(?:css|js|woff2)"', client.get("/").text) == []


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6}|#fff);", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance of the lighter over that of the darker, each plus 0.05."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_the_contrast_they_need() -> None:
    light = _tokens(STYLE[STYLE.index(":root {") :].split("}")[0])
    dark_twice = [_tokens(part.split("}")[0]) for part in STYLE.split("color-scheme: dark;")[1:]]
    assert dark_twice[0] == dark_twice[1]
    for tokens in (light, dark_twice[0]):
        for text in ("ink", "soft", "accent"):
            for ground in ("paper", "wash"):
                assert contrast(tokens[text], tokens[ground]) >= 7, (text, ground)
        assert contrast(tokens["paper"], tokens["accent"]) >= 7
        assert contrast(tokens["ink"], tokens["mark"]) >= 7
        assert contrast(tokens["edge"], tokens["paper"]) >= 4.5
        assert contrast(tokens["bar"], tokens["paper"]) >= 3
