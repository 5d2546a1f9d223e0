"""Words by which a sentence shows its kind and its stance. Pure: tables of patterns, the first that fits decides.

A cue is looked for only where one of its `needs`, in small letters, stands in the sentence: that is quick, and most
sentences have none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


class Cue(NamedTuple):
    """A pattern, what it shows, and the name it is given in `why`."""

    name: str
    value: str
    pattern: re.Pattern[str]
    needs: tuple[str, ...] = ()

    def fits(self, text: str, lower: str) -> bool:
        """Whether the sentence has the cue; `lower` is the sentence in small letters."""
        return (not self.needs or any(need in lower for need in self.needs)) and bool(self.pattern.search(text))


def cue(name: str, value: str, pattern: str, *needs: str) -> Cue:
    """A cue that does not mind the case of letters."""
    return Cue(name, value, re.compile(pattern, re.IGNORECASE), needs)


_NOT = r"(?:n['’]t| not| never| kaum| nicht)"

_STRONG_ADVICE = (
    r"\b(?:lessons?|recommend\w*|advi[sc]e[sd]?|best practices?|rule of thumb|it pays|pay attention|good (?:solution"
    r"|idea|choice|practice)"
    r"|best (?:option|choice|way|approach)|(?:essential|important|crucial|critical|vital) to|the (?:key|trick"
    r"|secret) (?:is|to|was)|key to|be careful|beware|pitfalls?"
    r"|mistakes?|(?:you|we|one|teams?|people|users|developers|everyone|companies|it) (?:should|must|need to|ha(?:ve"
    r"|s) to|ought to|had better)"
    r"|(?:should|must)(?:n['’]t| not)? \w+|can start|(?:we|I|they) (?:have )?(?:learned|learnt"
    r"|found(?: out)?|discovered|realised|realized)(?: that)?"
    r"|suggest(?:s|ed|ions?)|ways how not|(?:haben|hat|habe) (?:\w+ )?gelernt|Lehren?|Empfehlung\w*|empfiehlt"
    r"|empfehlen|empfahl|soll(?:te|ten)|man muss|leçons?|il faut|recommand\w*|conseil\w*|devrait|lecci[oó]n\w*"
    r"|recomiend\w*|hay que|deber[ií]a\w*)\b|^(?:always|never|avoid|don['’]t|do not|make sure|be sure|keep|prefer"
    r"|measure|treat|invest|automate|test)\b"
)
_ADVISING = (
    "lesson",
    "recommend",
    "advi",
    "practice",
    "thumb",
    "pays",
    "attention",
    "good",
    "best",
    "essential",
    "important",
    "crucial",
    "critical",
    "vital",
    "key",
    "trick",
    "secret",
    "careful",
    "beware",
    "pitfall",
    "mistake",
    "should",
    "must",
    "need",
    "ha",
    "ought",
    "can start",
    "learn",
    "found",
    "discover",
    "reali",
    "suggest",
    "ways",
    "gelernt",
    "lehre",
    "empf",
    "soll",
    "muss",
    "leçon",
    "faut",
    "conseil",
    "devrait",
    "lecci",
    "recomi",
    "deber",
    "always",
    "never",
    "avoid",
    "don",
    "do not",
    "make",
    "be sure",
    "keep",
    "prefer",
    "measure",
    "treat",
    "invest",
    "automate",
    "test",
)

KINDS: Sequence[Cue] = (
    cue("a question", "question", r"\bquestions?\b[^.]{0,40}\b(?:is|was|were|how|what|when|whether|remains?)\b"
        r"|\b(?:asked|wondered|frage|demandé|preguntó)\b[^.]*\?", "question", "asked", "wondered", "frage", "demandé",
        "pregunt"),
    cue("it compares", "comparison",
        r"\b(?:compared (?:to|with)|versus|vs\.?|outperform\w*|in contrast to|unlike|whereas|chosen over|is the new"
        r"|(?:to|not|ready to|can|will) replace|replac(?:es|ed|ing) (?=[A-Z])"
        r"|prefer\w*\b.{1,60}\b(?:to|over)|differ(?:s|ences? between|ent from|ent flavou?rs)|lower-level"
        r"|(?:faster|slower|cheaper|simpler|easier|safer|smaller|better|worse|higher|lower) than(?! ever)"
        r"|(?:more|less) [\w-]+ than(?! \d| ever| half)|im Vergleich zu|im Gegensatz zu|par rapport à|comparé à"
        r"|contrairement à|en comparación con)\b",
        "compar", "vs", "versus", "outperform", "contrast", "unlike", "whereas", "chosen", "the new", "replac",
        "prefer", "differ", "lower-level", "than", "vergleich",
        "gegensatz", "par rapport", "contrairement"),
    cue("it names a limit", "limitation",
        rf"\b(?:limitations?|drawbacks?|shortcomings?|constraints?|restrictions?|(?:is|are|still) missing|unsupported"
        rf"|not (?:yet )?(?:ready|supported|possible|available|suitable|recommended for)"
        rf"|(?:does|do|did){_NOT} (?:yet )?(?:support|scale|handle|guarantee|allow|cover)\w*|there (?:is"
        rf"|are) (?:still )?no|only works?|at the expense of|challenges? such"
        r"|(?:noch )?nicht (?:unterstützt|möglich|bereit)|unterstützt \w+ (?:noch )?nicht|Einschränkung\w*|fehlt"
        r"|ne (?:supporte|permet) pas|limitaciones|no soporta)\b",
        "limit", "drawback", "shortcoming", "constraint", "restriction", "missing", "unsupported", "not ", "n't",
        "n’t", "no ", "only work", "expense", "challenge", "nicht",
        "einschränk", "fehlt", " pas"),
    cue("it gives advice", "lesson", _STRONG_ADVICE, *_ADVISING),
    cue("it announces", "announcement",
        r"\b(?:announc\w+|unveil\w*|(?:was|were|are|is|been|be|being|we) (?:releas|launch|open.?sourc|deprecat|donat"
        r"|accept|merg|publish)\w+|(?:next|upcoming) (?:release|version|major|minor)|upcoming|road ?map"
        r"|now (?:available|support\w*|stable|GA|generally)|generally available|coming (?:next|soon|up)|working (?:on"
        r"|towards?)|plans? to"
        r"|planned for|will (?:enable|allow|support|ship|land|add|bring|become|tie|be (?:available|released|able"
        r"|added|removed))"
        r"|introduc(?:e|es|ed|ing)|(?:we|they)['’]ve (?:delivered|added|shipped|released)|delivered(?: (?:in|with"
        r"|for)\b|:)|became|(?:a|the) new (?:features?|version|release|project)|new adopters?|aims? to|(?:is"
        r"|are) moving (?:towards?|to)"
        r"|in the (?:coming|next) (?:weeks?|months?|year)|angekündigt|kündigt\w*|vorgestellt|veröffentlich\w*"
        r"|annonc\w+|dévoil\w*|anunci\w+)\b",
        "announc", "unveil", "releas", "launch", "sourc", "deprecat", "donat", "accept", "merg", "publish", "next",
        "upcoming", "road", "now ", "available", "working", "plan",
        "will ", "introduc", "'ve", "’ve", "deliver", "became", "new ", "aim", "moving", "coming", "kündig",
        "vorgestellt", "veröffentlich", "annonc", "dévoil", "anunci"),
    cue("it tells an outcome", "outcome",
        r"\b(?:(?:we|they|he|she|(?-i:[A-Z]\w+)) (?:have |has |had )?(?:reduced|cut|saved|improved|migrated|moved"
        r"|switched|replaced|scaled|built|adopted|rolled out|deployed|managed to|gave up|abandoned|rewrote|runs"
        r"|operates?)"
        r"|result(?:ed|s) in|in production|led to|turn(?:s|ed) out|paid off|has been improved|went down"
        r"|dropped (?:from|by|to)|(?:grew|grown) (?:from|by|to)|continues? to grow|from \d[\d.,%]* (?:\w+ )?to \d"
        r"|is based on|(?:um|auf) \d+ ?(?:%|Prozent)|umgestellt|migré|réduit|migr[oó]|redujo|redujeron)\b|\b(?:reduc"
        r"|improv|increas|decreas|cut|sav)\w* [^.]{0,50}\d+ ?(?:%|percent|x\b)",
        "reduc", "cut", "sav", "improv", "migr", "moved", "switch", "replac", "scal", "built", "adopt", "roll",
        "deploy", "managed", "gave up", "abandon", "rewrote", "runs",
        "operat", "result", "production", "led to", "turn", "paid off", "went down", "drop", "grew", "grow", "from ",
        "based on", "prozent", "umgestellt", "réduit", "reduj",
        "increas", "decreas"),
    cue("it names a limit", "limitation",
        rf"\b(?:missing|lack(?:s|ed|ing)?|cannot|can['’]t|(?:do|does|did|is|are|could){_NOT} (?:yet )?(?:work|fit|be)"
        rf"|still (?:no|not|lacks?|needs?|ha(?:s|ve) to)|challenges?|bottlenecks?|limites?)\b",
        "missing", "lack", "cannot", "can't", "can’t", "not ", "n't", "n’t", "still", "challenge", "bottleneck",
        "limite"),
)  # fmt: skip

STANCES: Sequence[Cue] = (
    cue("advice taken back", "withdraws",
        r"\b(?:no longer (?:recommend|need|true|the case|necessary|use)\w*|deprecat\w+|we were wrong"
        r"|used to (?:recommend|think|believe)|stop(?:ped)? (?:recommending|using)|remov(?:al|ed|ing) (?:of|support)"
        r"|is the new"
        r"|mov(?:ed|ing|e) away from|end.of.life|sunset\w*|nicht mehr (?:empfohlen|nötig)|n['’]est plus|ya no)\b",
        "no longer", "deprecat", "wrong", "used to", "stop", "remov", "the new", "away", "end", "sunset", "nicht "
        "mehr", "plus", "ya no"),
    cue("a failure is told", "reports-failure",
        r"\b(?:fail(?:ed|ures?) (?:to|in|at|because|when|miserably|us)|(?:we|it|that|this|project"
        r"|migration) (?:had )?failed|did(?:n['’]t| not) (?:work|scale)\b|(?:we|it|everything) broke\b|outages?|(?:we"
        r"|our|it) (?:\w+ )?crashed|went (?:\w+ )?wrong"
        r"|gave up on|lost data|data loss|abandoned|disaster|mistakes? (?:we|I) made|gescheitert|ausgefallen|Ausfall"
        r"|échoué|tombé en panne|fracas[oó])",
        "fail", "work", "scale", "broke", "outage", "crash", "wrong", "gave up", "lost", "loss", "abandon",
        "disaster", "mistake", "gescheitert", "ausf", "échou", "panne", "fracas"),
    cue("it warns", "warns",
        rf"\b(?:should{_NOT}|must{_NOT}|avoid\w*|never|(?:you|we|people) (?:don['’]t|do not) (?:want|need)|beware"
        rf"|(?:be|not|carefully|very) careful\w*|not configured carefully|pitfalls?|danger\w*|limitations?|(?:is"
        rf"|are) missing|constraints?|drawbacks?"
        r"|kill(?:s|ed)?|not (?:yet )?(?:ready|supported|suitable)|caution|watch out|without proper|(?:not|never"
        r"|wouldn['’]t) (?:do|use|try|repeat)(?: it| this| that)? again|how not to"
        r"|there (?:is|are) (?:still )?no|only works|mistakes?|vermeide\w*|Vorsicht|nicht (?:unterstützt|bereit)"
        r"|éviter|évitez|evitar|cuidado)\b"
        r"|^(?:don['’]t|do not)\b",
        "should", "must", "avoid", "never", "don", "do not", "beware", "careful", "pitfall", "danger", "limit",
        "missing", "constraint", "drawback", "kill", "not ", "caution", "watch", "again",
        "without", "no ", "only", "mistake", "again", "vermeid", "vorsicht", "nicht", "évit", "evit", "cuidado"),
    cue("it recommends", "recommends",
        r"\b(?:(?:you|we|one|teams?|people|users|developers|everyone|companies) (?:should|must|need to|have to"
        r"|ought to)|recommend\w*|advis(?:e|es|ed)|suggest(?:s|ed|ions?)|best (?:option|choice|practices?|way"
        r"|approach)"
        r"|(?:good|perfect|great) (?:solution|idea|choice|practice|for)|(?:essential|important|crucial|vital) to"
        r"|pay attention|take (?:good )?care|make sure|be sure|it pays|prefer|can start|(?:must|should) (?!not)\w+"
        r"|(?:the )?key (?:to|is)"
        r"|empf\w+|soll(?:te|ten)|man muss|il faut|recommand\w*|hay que|recomiend\w*|deber[ií]a\w*)\b|^(?:always|keep"
        r"|use|start|measure|treat|invest|automate|test|plan)\b",
        "should", "must", "need to", "have to", "ought", "recommend", "advis", "suggest", "best", "good", "perfect",
        "great", "essential", "important", "crucial", "vital", "attention",
        "care", "sure", "pays", "prefer", "can start", "key", "empf", "soll", "muss", "faut", "recommand", "hay que",
        "recomi", "deber", "always", "keep", "use", "start", "measure",
        "treat", "invest", "automate", "test", "plan"),
    cue("it warns", "warns",
        r"\b(?:risk\w*|careful|cannot|challenges|downsides?|lack(?:s|ing)?|unnecessarily|bottlenecks?|not without)\b",
        "risk", "careful", "cannot", "challenge", "downside", "lack", "unnecessarily", "bottleneck", "not without"),
)  # fmt: skip


def first_cue(cues: Sequence[Cue], text: str) -> Cue | None:
    """The first of `cues` that the sentence has."""
    lower = text.lower()
    return next((one for one in cues if one.fits(text, lower)), None)


def stance_of(text: str) -> str:
    """The stance a sentence takes: recommends, warns, reports-failure, withdraws or neutral."""
    found = first_cue(STANCES, text)
    return found.value if found else "neutral"
