"""`hallway articles`: articles of the base, and what was found in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from app.catalog.articles import ArticleCard, ArticleDetail, ArticleSection


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(articles)


def articles(
    slug: Annotated[str | None, typer.Argument(help="Slug of one article; else all are listed.")] = None,
    edition: Annotated[str | None, typer.Option(help="Slug of an edition: only articles about it.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most articles listed.")] = 25,
    json: JsonOption = False,
) -> None:
    """List articles, or show one: what it is, the talks it names, its takeaways, drafts and quantities."""
    from app.bootstrap import open_knowledge_base
    from app.catalog.articles import list_articles
    from app.catalog.filters import TalkFilter, check_names
    from app.db.engine import reading
    from app.settings import get_settings
    from app.trends.claimed import checked_article

    with reading(open_knowledge_base(get_settings()).engine) as session:
        if slug is not None:
            detail = checked_article(session, slug)
            if json:
                print_json(detail)
            else:
                _print(detail)
            return
        check_names(session, TalkFilter(editions=(edition,) if edition else ()))
        found = list_articles(session, limit, edition=edition)
    if json:
        from app.catalog.articles import ArticleList

        print_json(ArticleList(total=found.total, items=found.items))
        return
    if not found.items:
        print("No article is in the base. `hallway ingest article.md` reads one.")
    for card in found.items:
        print(f"{card.slug}\n  {_line(card)}\n  {_counts(card)}")
    if found.total > len(found.items):
        print(f"{found.total - len(found.items)} more; --limit shows more of them.")


def _line(card: ArticleCard) -> str:
    about = card.edition.name if card.edition else "edition not known"
    parts = [card.title, card.author or card.observer or card.publisher, card.published_on, about]
    return " · ".join(part for part in parts if part)


def _counts(card: ArticleCard) -> str:
    return f"{card.talks} talks named, {card.takeaways} takeaways, {card.drafts} drafts, {card.claims} quantities"


def _print(detail: ArticleDetail) -> None:
    print(detail.title)
    facts = {
        "author": detail.author,
        "observer": ", ".join(part for part in (detail.observer, detail.observer_affiliation) if part),
        "publisher": detail.publisher,
        "published": detail.published_on,
        "original": detail.url,
        "language": detail.language,
        "edition": f"{detail.edition.name} ({detail.edition_basis})" if detail.edition else None,
    }
    for name, value in facts.items():
        if value:
            print(f"  {name}: {value}")
    if detail.unknown:
        print(f"  not known: {'; '.join(detail.unknown)}")
    print(f"  {_counts(detail)}")
    for section in detail.sections:
        _section(section)


def _section(section: ArticleSection) -> None:
    print(f"\n{'#' * section.level} {section.heading or 'Before the first heading'}")
    for mention in section.talks:
        print(f"  talk: {mention.talk.name} ({mention.certainty}, {mention.score:.2f})")
    for mention in section.perhaps:
        other = f"; else {mention.runner_up.name}" if mention.runner_up else ""
        print(f"  perhaps: {mention.talk.name} ({mention.score:.2f}{other})")
    for takeaway in section.takeaways:
        print(f"  takeaway: {takeaway.text}")
    for draft in section.drafts:
        print(f"  machine draft ({draft.kind}): “{draft.quote}”")
    for claim in section.claims:
        read = f" (read as {claim.read_as})" if claim.read_as else ""
        print(f"  quantity: {claim.claimed or claim.words}{read}: {claim.verdict}. {claim.reason}")
