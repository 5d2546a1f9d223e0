"""Stylesheet, script, fonts and icon, read once and served under an address that changes with their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

from app.errors import NotFound
from app.web.parameters import Nothing

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
ICON = "favicon.svg"
FOR_A_YEAR = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Assets:
    """File contents by name, and `prefix`, the address they lie under: /static/ and a hash of them all."""

    files: dict[str, bytes]
    prefix: str


@cache
def read_assets() -> Assets:
    """Every file of the folder whose type we know."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES)
    files = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + content)
    return Assets(files=files, prefix=f"/static/{digest.hexdigest()[:12]}")


@router.get("/static/{version}/{name:path}")
def asset(version: str, name: str, _: Nothing) -> Response:
    """One file; browsers keep it for a year if they asked under the present version."""
    assets = read_assets()
    if name not in assets.files:
        raise NotFound("file", name)
    caching = FOR_A_YEAR if assets.prefix.endswith(f"/{version}") else "no-cache"
    media_type = MEDIA_TYPES[Path(name).suffix]
    return Response(assets.files[name], media_type=media_type, headers={"Cache-Control": caching})


@router.get("/favicon.ico")
def icon(_: Nothing) -> Response:
    """The icon where browsers look for it beside what is no page and so names none: exports, feeds, the API."""
    content = read_assets().files[ICON]
    return Response(content, media_type=MEDIA_TYPES[Path(ICON).suffix], headers={"Cache-Control": FOR_A_DAY})
