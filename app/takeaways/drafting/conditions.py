"""The version, scale or platform that a sentence says it holds for. Pure."""

from __future__ import annotations

import re

_NUMBER = (
    r"(?:\d[\d.,]*(?:\s?[kKMB]\b)?|(?:one|two|three|four|five|six|ten|twenty|a)?\s?(?:hundreds?|thousands?"
    r"|millions?|billions?|trillions?)(?: of)?)"
)
_THINGS = (
    r"(?:messages|events|requests|queries|users|customers|nodes|clusters|brokers|topics|partitions|pods|services|"
    r"microservices|servers|machines|hosts|instances|cores|repositories|repos|deployments|tenants|records|rows|"
    r"documents|jobs|builds|tests|commits|developers|engineers|teams|lines of code|metrics|samples|series|"
    r"[TGPM]i?B|terabytes|petabytes|gigabytes|RPS|QPS)"
)
_EACH = r"(?:\s(?:per|a|an|each|every)\s(?:second|minute|hour|day|week|month|year)|/s(?:ec)?\b)"
_SCALE = re.compile(
    rf"(?:\b(?:at|with|for|over|across|beyond|up to|more than|over|about|around|nearly)\s)?{_NUMBER}\+?\s"
    rf"(?:[a-z]+\s)?(?:million\s|billion\s|trillion\s|thousand\s)?(?:[A-Z]?[\w-]+\s)?{_THINGS}\b{_EACH}?"
)
_PATTERNS = (
    # “with Kafka 2.4”, “since Flux 0.30”, “as of version 3”, “in Rails 7.1”
    re.compile(
        r"\b(?:(?:since|as of|from|starting with|before|until|up to|in|with|for|on|ab|seit|depuis|desde)\s)?"
        r"(?:(?:version|release|Version)\s+v?\d+(?:\.\d+)*\b|[A-Z][\w+#-]*(?:\s[A-Z][\w+#-]*)?\s+v?\d{1,3}(?:\.(?:\d{1,2}"
        r"|x))+\b)"
    ),
    re.compile(r"\b(?:since|as of|starting with)\s(?!Day)[A-Z][\w+#-]*\s+v?\d{1,4}\b"),
    _SCALE,
    re.compile(r"\b(?:at|on a?) (?:a )?(?:large|massive|huge|web|planet|small) scale\b"),
    re.compile(
        r"\b(?:on|under|auf|sur|en)\s(?:(?:the|top of)\s)?(?:Google Cloud(?: Platform)?|GKE|GCP|AWS|EKS|ECS|Azure|AKS|"
        r"Kubernetes|K8s|K8S|OpenShift|Windows|Linux|macOS|Android|iOS|ARM|RISC-V|bare metal|Mesos|YARN|Heroku|"
        r"Raspberry Pi|GPUs?|mobile|embedded|Lambda)\b"
    ),
)  # fmt: skip


_SMALL = re.compile(
    r"(?:^|[a-z] )\d{1,2}\+?\s(?!(?:thousand|million|billion|trillion|[kKMB]\b"
    r"|[TGPM]i?B))(?!.*\b(?:per|second|day)\b)"
)
"""A handful of things is no scale."""


def conditions_in(sentence: str) -> str | None:
    """What `sentence` says of version, scale or platform, in its own words, joined by semicolons; None without any."""
    spans: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for found in pattern.finditer(sentence):
            start, end = found.span()
            if pattern is _SCALE and _SMALL.search(found.group()):
                continue
            if not any(start < after and first < end for first, after in spans):
                spans.append((start, end))
    words = [" ".join(sentence[start:end].split()) for start, end in sorted(spans)]
    return "; ".join(dict.fromkeys(words))[:200] or None
