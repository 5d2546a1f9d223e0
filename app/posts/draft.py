"""A post as drafted: its Markdown, checked sentence by sentence, with what was taken out and its chart."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from sqlmodel import Session

from app.catalog.kept import kept
from app.posts.check import Checked, Rejected, check
from app.posts.evidence import BaseEvidence
from app.posts.footnotes import Footnotes, renumbered
from app.posts.material import PostRequest, gather
from app.posts.sentences import take_apart, without
from app.posts.template import DEFAULT, read_template, render
from app.settings import get_settings
from app.trends.document import Chart


class Post(BaseModel):
    """A drafted post. `sentences` were written and `supported` of them are in it; `rejected` were taken out.

    `markdown` ends in its footnotes; the same snapshot and template give the same bytes.
    """

    edition: str
    title: str
    themes: list[str]
    template: str
    drafts: bool
    markdown: str
    sentences: int
    supported: int
    rejected: list[Rejected]
    chart: str | None = Field(description="address of the chart as the post has it")
    snapshot: str

    @property
    def words(self) -> str:
        """“41 of 41 sentences are supported.”"""
        return Checked(sentences=self.sentences, supported=self.supported, rejected=self.rejected).words


def post_path(request: PostRequest, suffix: str = "") -> str:
    """Address of a post within the site, or of a form of it: `suffix` is "", "md" or "svg"."""
    pairs = [*(("theme", theme) for theme in request.themes), *([("drafts", "true")] if request.drafts else [])]
    return f"/editions/{request.edition}/post{'.' + suffix if suffix else ''}{'?' + urlencode(pairs) if pairs else ''}"


def draft_post(
    session: Session, request: PostRequest, template: str = DEFAULT, chart_address: str | None = None
) -> tuple[Post, Chart | None]:
    """The post and its chart. `chart_address` is where the picture will be; without, it is that of the site.

    NotFound and UsageError as of `gather`, and an InputError for a template at fault.
    """
    name, source = read_template(template)
    return _drafted(session, request, name, source, chart_address)


def kept_post(session: Session, request: PostRequest, template: str = DEFAULT) -> tuple[Post, Chart | None]:
    """The post of a shipped template with the site's chart, kept while the base does not change.

    With drafts it is written anew, for people decide about these without changing the base.
    """
    if request.drafts:
        return draft_post(session, request, template)
    return kept(session, ("post", request, template), lambda: draft_post(session, request, template))


def check_post(session: Session, markdown: str) -> Checked:
    """Which sentences of a post, perhaps edited since, what they refer to says today."""
    base = BaseEvidence(session)
    return check(take_apart(markdown), base.resolve, base.is_name)[0]


def _drafted(
    session: Session, request: PostRequest, name: str, source: str, chart_address: str | None
) -> tuple[Post, Chart | None]:
    context, chart = gather(session, request)
    if context.chart:
        # A chart has nothing of drafts.
        site = get_settings().base_url + post_path(replace(request, drafts=False), "svg")
        context = replace(context, chart=replace(context.chart, src=chart_address or site))
    notes = Footnotes(f"/editions/{request.edition}/post#how")
    body = render(name, source, context, notes)
    taken = take_apart(_joined(body, notes.definitions()))
    base = BaseEvidence(session)
    found, rejected = check(taken, base.resolve, base.is_name)
    left = take_apart(body)
    places = {(sentence.start, sentence.end) for sentence in rejected}
    body = without(left, [sentence for sentence in left.sentences if (sentence.start, sentence.end) in places])
    post = Post(
        edition=request.edition,
        title=context.title,
        themes=list(request.themes),
        template=name,
        drafts=request.drafts,
        markdown=_joined(*renumbered(body, notes.definitions())),
        sentences=found.sentences,
        supported=found.supported,
        rejected=found.rejected,
        chart=context.chart.src if context.chart else None,
        snapshot=context.snapshot,
    )
    return post, chart


def _joined(body: str, definitions: list[str]) -> str:
    return body + "\n" + "\n".join(definitions) + "\n" if definitions else body
