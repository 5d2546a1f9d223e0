"""A report's chart as SVG, with a title and description for readers of screens and a link on each mark."""

from __future__ import annotations

from xml.sax.saxutils import escape

from app.exports.chart import BAR, INK, PAPER, RULE, SOFT, chart_spec
from app.exports.marks import chart_of, name_of
from app.trends.document import Chart, Document

VEGA_LITE = "6.4"
DARK = {PAPER: "#151618", INK: "#ecebe7", SOFT: "#b4b0a8", RULE: "#34353a", BAR: "#56b4e9"}
"""What each colour becomes where a reader prefers dark: the values of the site's stylesheet."""


def write(document: Document) -> bytes:
    """The chart, UTF-8, light or dark as the reader prefers. A document without shares is a UsageError."""
    return (drawn(chart_of(document), dark=True) + "\n").encode()


def drawn(chart: Chart, *, dark: bool) -> str:
    """The chart as one `svg` element, fit to be a file or to stand inside HTML.

    It stands on paper of its own. With `dark` it follows the reader's preference; without, it stays light, for pages
    that may not follow it either.
    """
    import vl_convert

    picture: str = vl_convert.vegalite_to_svg(chart_spec(chart), vl_version=VEGA_LITE, allowed_base_urls=[])
    name = name_of(chart)
    start, rest = picture.split(">", 1)
    named = (
        f'{start.replace("<svg", f"<svg id={name!r}", 1)} role="graphics-document" '
        f'aria-labelledby="{name}-title {name}-description">'
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-description">{escape(chart.description)}</desc>'
    )
    return named + (_in_the_dark(name) if dark else "") + rest


def _in_the_dark(name: str) -> str:
    rules = [
        f'#{name} [{attribute}="{light}"]{{{attribute}:{dark}}}'
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    ]
    return f"<style>@media (prefers-color-scheme: dark){{{''.join(rules)}}}</style>"
