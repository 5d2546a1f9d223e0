"""Sentences that are no takeaways: logistics, thanks, invitations, links, who someone is. Pure."""

from __future__ import annotations

import re

_LOGISTICS = re.compile(
    r"\b(?:you can (?:find|watch|see|view|read)|find (?:more|out more)|(?:watch|catch|view) (?:the|a|our|it"
    r"|all)?\s*(?:\w+ )?(?:videos?|replay|recordings?|demo|talks?)|more information|make sure you tweet|tweet(?:ing"
    r"|s)?|don['’]t worry|participate online|talk videos|read more|register (?:here|now"
    r"|today|for"
    r"|at)|registrations?|sign up|join us|join the (?:slack|chat)|see you|look(?:ing)? forward"
    r"|thanks(?! to)|thanks to (?:all|every\w*|the|our|you)|thank you|thanking|grateful|sponsor\w*|booth|t-?shirts?"
    r"|swag|tickets?|venue|(?:the|full|our) schedule|bookmark|stay tuned|click here|photos?|food|drinks?|beer|lunch"
    r"|dinner|(?:after|after-|evening )party|welcome (?:to|you|back)|congratulations"
    r"|great time|had (?:a blast|fun|a lot of fun)|having a blast|hotel|subscribe|follow us|newsletter"
    r"|in this (?:article|post|blog|series)|this post|this blog|read on|read the blog|last week|took place"
    r"|is happening|kicked off|reach out"
    r"|talk to us|contact us|please note|in person|(?:won['’]t|unable|able) (?:be able )?to attend|don['’]t miss"
    r"|if you missed|favou?rites?\b.{0,30}$|here (?:is|are) (?:our|some|a|the)\b|subject to change|good luck|prizes?"
    r"|win a|goal of (?:this|the) (?:conference|event|summit|meetup)|when will the next|winners?|stand where|sorry"
    r"|can['’]t wait|excited|come hear|CFP|call for (?:papers|proposals)|lightning talks? (?:as well|explained)"
    r"|live.?tweet\w*|youtube (?:channel|playlist)|this playlist|recordings are|record all|talk recordings"
    r"|were blown away|very happy with how"
    r"|jetzt anmelden|Anmeldung|herzlichen Dank|bedank\w+|wir freuen uns|danke|merci|inscri\w+|nous remercions"
    r"|gracias|nos vemos|à bientôt|bis bald|bis nächstes)\b",
    re.IGNORECASE,
)
_BIOGRAPHY = re.compile(
    r"^(?:[A-Z*][\w.’'*\"“”-]*\s){1,6}(?:is|was|ist|est|es|has been)\s(?:(?:a|an|the|one of the|currently|also|un|une"
    r"|ein|eine)\s)?(?:[\w,/-]+\s){0,5}?(?:engineer|developer|manager|director|CTO|CEO|co-?founder|founder|maintainer"
    r"|architect|consultant|evangelist|advocate"
    r"|scientist|researcher|professor|lead|head|contributor|creator|chairs?|member|speaker|Entwickler(?:in)?"
    r"|ingénieur|ingeniero|committer|employee|student|author|president)\b"
)
_FILLER = re.compile(
    r"^(?:It|This|That|The (?:talk|session|feedback|atmosphere|conference|event|sandbox)\b.{0,20}?) (?:was|is"
    r"|were) (?:also |a |an |all |so |such )*"
    r"(?:super|really|very|great|interesting|amazing|awesome|fun|popular|positive|wonderful|fantastic|inspiring"
    r"|pleasure)\b|^(?:That|This) means (?:in|a|that's)\b.{0,20}$"
    r"|^For (?:example|instance), [^,]{0,40}$|^Win\b|^(?:What a|So much|Such a|Wow)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|hallo|bonjour|hola|good (?:morning|afternoon|evening)|all right|sure|well done|yes|no)\b[,! ]",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\s?(?:-|–|to|h\b|am|pm|Uhr|$|\))|^\d{1,2}:\d{2}\b", re.IGNORECASE)
_SLIDE = re.compile(r"\b(?:slide|Folie|diapo(?:sitive)?|diapositiva)\s#?\d+", re.IGNORECASE)
_MARKUP = re.compile(r"^\s*(?:\{\{|\}\}|<|!\[|https?://\S+$|@\w+\s*$|#\w+\s*$)")


def is_noise(sentence: str) -> bool:
    """Whether a sentence is about the event's running, its people or its page, not about what was learned there."""
    if _SLIDE.search(sentence):
        return False
    return bool(
        _LOGISTICS.search(sentence) or _FILLER.match(sentence) or _GREETING.match(sentence) or _MARKUP.match(sentence)
    )


def is_biography(sentence: str) -> bool:
    """Whether a sentence says who someone is."""
    return bool(_BIOGRAPHY.match(sentence))


def is_slot(sentence: str) -> bool:
    """Whether a line is an entry of a schedule, by a time of day in it."""
    return bool(_CLOCK.search(sentence))


def slide_number(sentence: str) -> int | None:
    """The slide a sentence points to."""
    found = _SLIDE.search(sentence)
    return int(re.sub(r"\D", "", found.group())) if found else None
