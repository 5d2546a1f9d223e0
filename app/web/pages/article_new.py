"""/articles/new: a curator pastes an article, or sends its file; it is read as `hallway ingest` reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, ValidationError
from sqlmodel import Session

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.catalog.articles import article_of_file
from app.catalog.choices import Choices, choices
from app.catalog.filters import TalkFilter, check_names
from app.curators.tokens import SignedIn
from app.db.engine import reading
from app.errors import NotFound, TooLarge, UsageError
from app.ingest.formats.protocol import ReadOptions
from app.text.links import LONGEST
from app.text.markup import safe_url
from app.text.slugs import slugify
from app.web.deps import NOT_KEPT, Base, Curating, Reading, View, Viewing, may_write
from app.web.forms import Fields
from app.web.parameters import Nothing, Parameters, Slug
from app.web.sent_files import sent_fields
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
MOST_BYTES = 1_000_000
SUFFIXES = {"markdown": ".md", "html": ".html", "text": ".txt"}
_TAKEN = (".md", ".markdown", ".html", ".htm", ".txt")
_SHOWN_AGAIN = 200_000


class NewQuery(Parameters):
    """What /articles/new can be asked for."""

    edition: Slug | None = Field(default=None, description="Slug of the edition that is chosen at first.")


class NewForm(Fields):
    """An article: its text, or a file; of which format; about which edition; where the original is."""

    text: str = Field(default="", max_length=MOST_BYTES)
    file: tuple[str, bytes] | None = None
    format: Literal["", "markdown", "html", "text"] = ""
    edition: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=LONGEST)


@dataclass(frozen=True, kw_only=True)
class NewArticlePage(PageContext):
    """The form, with what was sent and by field what is wrong with it; without a `curator`, how to get there."""

    template: ClassVar[str] = "article_new.html"
    section: ClassVar[str] = "/takeaways"

    curator: str | None
    token: str
    sent: NewForm
    wrong: Mapping[str, str]
    choices: Choices


@router.get("/articles/new")
def form(asked: Annotated[NewQuery, Query()], session: Reading, signed_in: Curating, view: Viewing) -> Response:
    """The form, for a curator."""
    check_names(session, TalkFilter(editions=(asked.edition,) if asked.edition else ()))
    return _form(session, view, signed_in, NewForm(edition=asked.edition or ""), {})


async def _sent(request: Request) -> NewForm:
    fields = await sent_fields(request, MOST_BYTES, "The article")
    if isinstance(fields.get("file"), tuple) and len(fields["file"][1]) > MOST_BYTES:
        raise TooLarge("The article is larger than 1 MB, and nothing of it was kept. `hallway ingest FILE` reads more.")
    try:
        return NewForm.model_validate({name: value for name, value in fields.items() if value != ""})
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        if wrong["type"] == "string_too_long" and wrong["loc"][:1] == ("text",):
            raise TooLarge("The article is longer than 1 MB. `hallway ingest FILE` reads more.", "text") from error
        where = ".".join(str(part) for part in wrong["loc"]) or "The form"
        raise UsageError(f"{where}: {wrong['msg']}. Load the page anew and send its form.") from error


@router.post("/articles/new")
def taken(
    _: Nothing, sent: Annotated[NewForm, Depends(_sent)], base: Base, session: Reading, signed_in: Curating,
    view: Viewing,
) -> Response:  # fmt: skip
    """Read the article and go to its page; the form again where something is wrong with it."""
    who = may_write(session, signed_in, sent.token)
    wrong = _wrong(session, sent)
    if not wrong:
        slug, complaint = _read(base, sent)
        if slug:
            return RedirectResponse(f"/articles/{slug}", status_code=303, headers=NOT_KEPT)
        wrong = {"file" if sent.file else "text": complaint}
    return _form(session, view, who, sent, wrong, status=422)


def _wrong(session: Session, sent: NewForm) -> dict[str, str]:
    """By field, what is wrong with the form before anything is read."""
    wrong: dict[str, str] = {}
    if sent.file and sent.text.strip():
        wrong["file"] = "Send a text or a file, not both."
    elif sent.file and Path(sent.file[0]).suffix.lower() not in _TAKEN and not sent.format:
        wrong["file"] = f"A file is one of {', '.join(_TAKEN)}; of another, say its format."
    elif not sent.file and not sent.text.strip():
        wrong["text"] = "There is no text. Paste the article here, or choose its file below."
    if sent.url and not safe_url(sent.url):
        wrong["url"] = "This is no address of a web page; it begins with https:// or http://."
    if sent.edition:
        try:
            check_names(session, TalkFilter(editions=(sent.edition,)))
        except (NotFound, UsageError) as error:
            wrong["edition"] = str(error)
    return wrong


def _read(base: KnowledgeBase, sent: NewForm) -> tuple[str | None, str]:
    """(slug of the article, "") or (None, why it could not be read)."""
    raw = sent.file[1] if sent.file else sent.text.replace("\r\n", "\n").encode("utf-8", "replace")
    suffix = Path(sent.file[0]).suffix.lower() if sent.file else _suffix(sent.text)
    stem = Path(sent.file[0]).stem if sent.file else sent.text.strip().partition("\n")[0]
    # Two articles may begin alike; each is a file of its own.
    name = f"{slugify(stem, 50) or 'article'}-{hashlib.sha256(raw).hexdigest()[:8]}{SUFFIXES.get(sent.format, suffix)}"
    options = ReadOptions(limit=MOST_BYTES, edition=sent.edition or None, url=sent.url or None)
    with TemporaryDirectory(prefix="hallway-") as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        report = pipeline.ingest(base.engine, base.embedder, [path], options=options, format_name="article")
    with reading(base.engine) as session:
        slug = article_of_file(session, name)
    if slug:
        return slug, ""
    found = [problem for file in report.files for problem in file.problems if problem.severity == "error"]
    words = [f"{problem.message}{f' ({problem.where})' if problem.where else ''}" for problem in found]
    return None, " ".join(words) or "The article could not be read."


def _suffix(text: str) -> str:
    """Of a pasted text of no said format: a page by its first tag, else plain text, which may turn out as Markdown."""
    start = text.lstrip()[:300].casefold()
    return ".html" if start.startswith(("<!doctype", "<html", "<article", "<body", "<main", "<div", "<h1")) else ".txt"


def _form(
    session: Session, view: View, signed_in: SignedIn | None, sent: NewForm, wrong: Mapping[str, str], status: int = 200
) -> Response:
    shown: Any = sent.model_copy(update={"text": sent.text if len(sent.text) <= _SHOWN_AGAIN else ""})
    page = NewArticlePage(
        title="Add an article",
        crumbs=(Crumb("Articles", "/articles"),),
        curator=signed_in.name if signed_in else None,
        token=signed_in.form_token if signed_in else "",
        sent=shown,
        wrong=wrong,
        choices=choices(session, (sent.edition,) if sent.edition else ()),
    )
    answer = view.page(page, status=status)
    answer.headers.update(NOT_KEPT)
    return answer
