"""How well what articles name is recognised, article by article, against `tests/quality/articles`.

    scripts/bench_articles.py [--shared FOLDER] [--eval FOLDER]    folders that hold the articles
    scripts/bench_articles.py --made FOLDER_OR_FILE... [--seed N]  mentions made from real programmes, by kind

Talks, speakers and organisations are counted once an article, at the certainties that are shown: certain and likely.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.quality.made_mentions import KINDS, measure
from tests.quality.recognised import CASES, article_of, base_of, outcome, read_case


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(), help="folder of the founding article")
    parser.add_argument("--eval", type=Path, default=Path(), help="folder of the recaps")
    parser.add_argument("--made", type=Path, nargs="*", default=[], help="programmes to make mentions from")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--most", type=int, default=60, help="talks mentioned a kind")
    given = parser.parse_args()
    print(
        f"{'article':34} {'kind':13} {'expected':>8} {'right':>5} {'wrong':>5} {'certain':>7} {'false certain':>13}"
        "  missed or wrong"
    )
    for path in CASES:
        case = read_case(path)
        article = article_of(case, {"shared": given.shared, "eval": given.eval})
        if article is None:
            print(f"{path.stem:34} its article is not here")
            continue
        with tempfile.TemporaryDirectory() as folder:
            engine = base_of(case, Path(folder))
            outcome(engine, case, article)
            began = time.perf_counter()
            seen = outcome(engine, case, article)
            took = time.perf_counter() - began
            engine.dispose()
        for kind in ("talks", "speakers", "organisations", "bullets", "quantities"):
            score = getattr(seen, kind)
            expected = len(score.right) + len(score.missed)
            odd = ", ".join([*(f"-{one}" for one in score.missed), *(f"+{one}" for one in score.wrong)])
            print(
                f"{path.stem:34} {kind:13} {expected:8} {len(score.right):5} {len(score.wrong):5}"
                f" {len(score.certain):7} {len(score.certain_wrong):13}  {odd}"
            )
        print(f"{'':34} {took * 1000:.0f} ms; not where expected: {', '.join(seen.misplaced) or 'none'}")
    for known in (True, False) if given.made else ():
        names = ", ".join(path.name for path in given.made)
        print(f"\nmentions made from {names}, seed {given.seed}, edition {'known' if known else 'not known'}")
        print(f"{'kind of mention':22} {'right':>6} {'wrong':>6} {'missed':>6} {'certain':>7} {'false certain':>13}")
        table = measure(given.made, given.seed, given.most, is_edition_known=known)
        for kind in (*KINDS, "all"):
            row = table[kind]
            print(f"{kind:22} {row.right:6} {row.wrong:6} {row.missed:6} {row.certain:7} {row.certain_wrong:13}")


if __name__ == "__main__":
    main()
