"""Cues of abstracts and of speech: what was found, reached, released or advised. Pure; high precision, few found.

Speakers announce more than they say: a sentence that only promises (“we will share lessons learned”) has no cue here,
unless it names what there is to learn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.takeaways.drafting.cues import Cue, cue


class Sure(NamedTuple):
    """A cue with its score, 0..1, and the stance it implies, "" where the words of the sentence decide."""

    cue: Cue
    score: float
    stance: str = ""


TAUGHT = "what there is to learn"
ADVICE = "it gives advice"
_WE = r"(?:we|I)(?:['’]ve| have)?(?: (?:also|quickly|soon|eventually|recently|even|since|just))?"
_YOU = r"(?:you|attendees?|participants?|audiences?(?: members?)?|the audience|viewers|developers|listeners|people)"
_AMOUNT = (
    r"(?:\d[\d.,]*\s?(?:%|percent|x\b|times|-fold|fold|orders? of magnitude)|(?:half|a third|two thirds"
    r"|an order of magnitude|orders of magnitude|tenfold))"
)
_SCALE = (
    r"\d[\d.,]*\+?\s?(?:k\b|thousand|million|billion|trillion|[TP]B\b|terabytes|petabytes|users|customers|requests"
    r"|messages|events|nodes|clusters|servers|machines|services|repositories|developers|engineers|tests)"
)

FOUND: Sequence[Sure] = (
    Sure(cue("what was learned", "lesson",
             rf"(?<!as )(?<!how )(?<!what )(?<!things )(?<!something )\b(?:{_WE} (?:found|learned|learnt|discovered"
             rf"|observed|concluded))(?: out)?(?: the hard way)?,? that\b", "found", "learn", "discover", "observed",
             "concluded"), 0.85),
    Sure(cue("a lesson is named", "lesson",
             r"\b(?:lessons?|takeaways?|learnings|findings)\b[^.?]{0,40}\b(?:is|are|was|were) (?:that|to)\b|\b(?:main"
             r"|key|biggest|important|central) (?:lesson|takeaway|finding|insight|message)\b[^.?]{0,30}(?:\bis\b"
             r"|\bwas\b|:)", "lesson", "takeaway", "learning", "finding", "insight", "message"), 0.85),
    Sure(cue("it turned out", "lesson", r"\bturned out,? (?:that|to be)\b", "turned out"), 0.65),
    Sure(cue("results are told", "outcome",
             r"(?<!what )\b(?:our|the) (?:results?|experiments?|benchmarks?|evaluation|analysis|study|tests"
             r"|measurements|findings) (?:clearly |also |further )?(?:show(?:s|ed)?|demonstrate[sd]?|indicate[sd]?"
             r"|suggest(?:s|ed)?|reveal(?:s|ed)?|confirm(?:s|ed)?)(?: that)?\b", "result", "experiment", "benchmark",
             "evaluation", "analysis", "study", "tests", "measurement", "finding"), 0.75),
    Sure(cue("a change by a number", "outcome",
             rf"\b(?:reduc(?:ed|es|tion|ing)|cut|decreas(?:ed|es|e of)|increas(?:ed|es|e of)|improv(?:ed|es|ement)"
             rf"|sped up|speed(?:s|ing)? up|boost(?:ed|s)?|sav(?:ed|es|ing)|shr[aui]nk|dropped|lower(?:ed|s)"
             rf"|gain(?:ed|s)?|slashed|went from)\b[^.;?]{{0,70}}?(?:\bby\b|\bof\b|\bup to\b|\bover\b|\bto\b"
             rf"|\bmore than\b|\balmost\b|\bnearly\b| )\s?{_AMOUNT}",
             "reduc", "cut", "decreas", "increas", "improv", "sped up", "speed", "boost", "sav", "shr", "drop",
             "lower", "gain", "slash", "went from"), 0.8),
    Sure(cue("how many times better", "comparison",
             rf"\b(?:{_AMOUNT}|significantly|considerably|substantially|dramatically) (?:faster|slower|cheaper"
             rf"|smaller|more efficient|better|less memory|fewer|higher|lower|quicker)\b(?! than (?:ever|you))",
             "faster", "slower", "cheaper", "smaller", "efficient", "better", "less memory", "fewer", "higher",
             "lower", "quicker"), 0.6),
    Sure(cue("it outperforms", "comparison", r"\boutperform(?:s|ed)\b|(?<!is )\b(?:faster|slower|cheaper|safer"
        r"|simpler|smaller|better|worse|(?:more|less) (?:efficient|memory|accurate|reliable|secure|scalable"
        r"|performant|flexible|powerful|robust|expressive)) (?:compared (?:to|with)|than) (?:the |a |its "
        r"|their )?(?:(?-i:[A-Z])|standard|traditional|existing|other(?!s)|native|previous|conventional|classical"
        r"|state|current|regular|plain|pure|using|naive)(?!\w* (?:ever|people|believe))", "outperform", "than",
        "compared"), 0.65),
    Sure(cue("it runs at scale", "outcome",
             rf"(?<!who )\b(?:(?:which|that|it|and|we|now|currently|platform|system|service|project"
             rf"|application) (?:\w+ )?)?(?:serv(?:es|ing)|process(?:es|ing)|handl(?:es|ing)|manag(?:es|ing)"
             rf"|deliver(?:s|ing)|run(?:s|ning)? (?:on|in|across|over)|power(?:s|ing)|used by|deployed (?:to|on"
             rf"|across)|scaled? (?:to|from)) (?:more than |over |up to |nearly |almost |about |around |hundreds of "
             rf"|tens of )*(?:{_SCALE}|(?:thousands|millions|billions|trillions|petabytes|terabytes) of )",
             "serv", "process", "handl", "manag", "deliver", "run", "power", "used by", "deployed", "scale"), 0.6),
    Sure(cue("it is in production", "outcome",
             r"\b(?:is|are|been|has been|have been|now|it|running|deployed|used"
             r"|run(?:s)?)\b[^.?]{0,30}\bin production\b[^.?]{0,20}\b(?:at (?!scale)|for|since|by|on)\b", "in "
             "production"), 0.65),
    Sure(cue("a move is told", "outcome", r"(?<!as )(?<!if )(?<!when )(?<!once )(?<!after )(?<!before )\bwe(?:['’]ve"
        r"| have)?(?: (?:also|recently|successfully|then))? (?:migrated|moved|switched|ported"
        r"|replaced)\b[^.?]{2,60}\b(?:from|to|with|away from)\b",
        "migrated", "moved", "switched", "ported", "replaced"), 0.65),
    Sure(cue("a failure is told", "lesson",
             r"\b(?:we|our \w+|everything)(?<!say that we) (?:\w+ )?(?:failed(?! to be)|broke down|crashed"
             r"|went (?:horribly |terribly )?wrong|did(?:n['’]t| not) (?:work(?! on)|scale|help))\b", "failed",
             "broke", "crashed", "wrong", "work", "scale", "help"), 0.6, "reports-failure"),
    Sure(cue("it announces", "announcement",
             r"\b(?:(?:pleased|happy|excited|proud|thrilled|delighted) to (?:announce|release|introduce"
             r"|present the (?:first )?release)|(?:we|I) (?:are |will |['’]ll |['’]re )?(?:announc(?:e|ing))|(?:we|I"
             r"|and) (?:are|were|have|['’]ve|recently|just|will be) (?:recently |now |also |just )?(?:open.sourc(?:ed"
             r"|ing)|releas(?:ed|ing) (?:it|this|our|the|a|an|as|under)|launch(?:ed|ing))|(?:was|were|has been"
             r"|have been|is) (?:recently|just|now|finally) (?:releas|open.sourc|launch|accept|merg|publish|donat"
             r"|stabili[sz]|upstream)\w+|(?:is|are) now (?:available (?:in|as|for|under)|open.source|stable|part of"
             r"|production.ready|supported|the default|an? (?:official|W3C|Apache|CNCF))|(?:has|have) (?:recently"
             r"|just) (?:released|landed|launched|introduced|added|announced|open.sourced|graduated))\b",
             "announc", "pleased", "happy", "excited", "proud", "thrilled", "delighted", "open", "releas", "launch",
             "recently", "just", " now ", "finally"), 0.7),
    Sure(cue("it names a limit", "limitation",
             r"\b(?:(?:it|(?<!that )(?-i:(?!We\b|You\b|I\b|There\b|This\b|They\b|People\b|He\b|She\b)[A-Z]\w+)|tools?"
             r"|approach(?:es)?|solutions?|systems?|models?|which|that|frameworks?|librar(?:y|ies)"
             r"|methods?) (?:(?:currently|still|often|also|usually|however) )?(?:do(?:es)?(?:n['’]t| not)|cannot"
             r"|can['’]t) (?:yet |currently |natively |really )?(?:support|scale|handle|guarantee|provide|cover"
             r"|address)|(?:is|are) (?:severely |often |currently |still )?(?:limited (?:to|by)"
             r"|not (?:well )?suit(?:ed|able)|not (?:yet )?supported|unsupported)|(?:drawback|limitation|downside"
             r"|shortcoming|disadvantage)s? (?:of [^.?]{2,40} )?(?:is|are|was) (?!also|discussed|addressed|covered"
             r"|presented|described|largely)|(?-i:[A-Z]\w+|it|which) (?:currently |still )?lacks (?:a|an|any|the"
             r"|support|built-in|native|proper|good)\b|(?:there is|there['’]s) (?:still |currently )?no (?:standard"
             r"|good|support|built-in|native|official))",
             "not ", "n't", "n’t", "cannot", "limited", "suit", "support", "drawback", "limitation", "downside",
             "shortcoming", "disadvantage", "lack", "no "), 0.6, "warns"),
    Sure(cue(ADVICE, "lesson",
             r"(?:^|[,;:] |\b(?:so|then|and|but|therefore|because) )(?:(?:that|this is why|instead|today"
             r"|also) )?\b(?:you|we(?= should(?:n|\snot|\snever|\salways))|one|teams?|developers|everyone|everybody"
             r"|programmers|companies|organi[sz]ations|engineers) (?:should|shouldn['’]t|must(?:n['’]t| not| never)"
             r"|ought to)(?: not| never| always| also| only| really)? (?!be (?:worried|able|familiar|comfortable"
             r"|aware of the|fun|easy|excited)|know|learn|attend|walk|come|expect|care|leave|understand|see|take away"
             r"|get|feel|join|bring|already|all|do this|do it|too\b|hopefully|finally|have time|better|remember|do\b"
             r"|watch|know|go\b|talk|look|look forward|say|install|have (?:a|some|basic|at|good|an|the|enough|Python"
             r"|your))\w+"
             , "should", "must", "ought to"), 0.6),
    Sure(cue(ADVICE, "lesson",
             r"\bthe (?:key|trick|best (?:way|practice|approach)) to [^.?]{2,50} (?:is|was|lies in) (?!yes|no\b"
             r"|simple|unclear)|\b(?:a|one) (?:common|frequent|classic|typical|big|serious) (?:mistake|pitfall"
             r"|misconception|error|problem) (?:is|are|was)\b",
             "best", "key", "trick", "mistake", "pitfall", "misconception", "error", "problem"), 0.6),
    Sure(cue("advice taken back", "claim", r"\b(?:no longer (?:necessary|needed|required|recommended|supported"
        r"|maintained|true|enough|sufficient|possible|works?)|(?:is|are|was|has been|have been|been|now) deprecated"
        r"|reached (?:its )?end.of.life|(?:is|has been) (?:discontinued|abandoned|sunset))\b", "no longer",
        "deprecat", "end", "discontinued", "abandoned", "sunset"), 0.6, "withdraws"),
    Sure(cue(TAUGHT, "lesson",
             rf"\b{_YOU}\b[^.?]{{0,25}}\b(?:will|['’]ll)\b (?:\w+ )?(?:learn|see|understand|discover|find out"
             rf"|come away knowing|leave knowing|walk away knowing) (?:\w+ )?(?:that|why)\b", "learn", "see ",
             "understand", "discover", "find out", "knowing"), 0.6),
    Sure(cue(TAUGHT, "lesson",
             rf"\b{_YOU}\b[^.?]{{0,25}}\b(?:will|['’]ll)\b[^.?]{{0,12}}\blearn\b[^.?]{{0,30}}\b(?:how to|when to"
             rf"|when not to|ways to|techniques (?:for|to)|strategies (?:for|to)|best practices (?:for|to)|to (?!talk"
             rf"|know)\w+)\b", "learn"), 0.55),
    Sure(cue("was gelernt wurde", "lesson", r"\b(?:haben wir|wir haben|habe ich|ich habe)\b[^.?]{0,40}\b(?:gelernt"
        r"|festgestellt|gemerkt|herausgefunden)\b|\bTeilnehmer\w*\b[^.?]{0,20}\b(?:lernen|erfahren)\b", "gelernt",
        "festgestellt", "gemerkt", "herausgefunden", "lernen", "erfahren"), 0.6),
    Sure(cue("ce qui a été appris", "lesson", r"\bnous avons (?:appris|constaté|découvert|réduit|migré)\b"
        r"|\bvous (?:apprendrez|découvrirez|verrez) (?:comment|pourquoi|que)\b", "appris", "constat", "découv",
        "réduit", "migré", "apprendrez", "verrez"), 0.6),
    Sure(cue("lo aprendido", "lesson", r"\b(?:hemos|he) (?:aprendido|descubierto|reducido|migrado)\b|\b(?:aprenderás"
        r"|aprenderéis|aprenderán|los asistentes) (?:cómo|por qué|a|que)\b", "aprend", "descub", "reducido",
        "migrado", "asistentes"), 0.6),
)  # fmt: skip

_PROMISES = re.compile(
    r"^(?:(?:In|During|At|Through|With|By|After|Finally|Lastly|Then|Next|Also|First|Second|Third|Along the way"
    r"|Additionally|Afterwards?|And)\b[^.?]{0,60}?,? )?(?:we|I|he|she|they|this (?:talk|session|presentation|workshop"
    r"|tutorial|paper|lecture)|the (?:talk|session|presentation|workshop|tutorial|speakers?|authors?)"
    r"|(?-i:[A-Z]\w+ [A-Z]\w+))(?:['’]ll|['’]d| will| would| am going to| are going to| is going to|['’]re going to"
    r"|['’]m going to| want to| hope to| plan to| aims? to|,)? (?:also |then |briefly |first |finally "
    r"|further )?(?:share|do|discuss|show|cover|explore|present|describe|talk|explain|look|dive|give|introduce"
    r"|demonstrate|walk|address|examine|go (?:over|through)|outline|highlight|review|delve|focus|take|provide|try"
    r"|answer|compare|argue|see|investigate|conclude|start|begin|finish|end|shows?|covers?|presents?|describes?"
    r"|discuss\w*|explores?|explains?|introduces?|demonstrates?|looks|examines|focus\w*|aims)\b",
    re.IGNORECASE,
)  # fmt: skip
_INVITES = re.compile(
    r"^(?:Come|Join|Learn|Attend|Don['’]t (?:miss|worry)|See you|Discover|Find out|Bring|If you(?:['’]re|['’]ve| are"
    r"| have| want| would)|Whether you|Have you|Are you|Do you|Ever|No (?:prior|previous)|Hear|Watch|Check|Want"
    r"|Feel free|Please|Prerequisites?|What|How|Why|Where|To follow|Leaving|Découvrez|Venez|Apprenez|Kommt|Lernt"
    r"|Descubre|Ven)\b|\b(?:more about|a lot about|everything (?:you need|about)|all about|hands.on exercises"
    r"|bring (?:a|your) laptops?|sign up|Slack channel|prior (?:knowledge|experience)|familiar with|prerequisites?"
    r"|this talk is (?:for|aimed)|beginner|how to use (?:it|this|them|these)\b|hopefully|a few\b|[0-9]+ tips"
    r"|you have just|there is a problem|maybe|tips and tricks|learn (?:\w+ )?that this|if you think|what would happen"
    r"|won['’]t just|after (?:listening|this talk|attending)|part of it|equipped|have installed|found that out"
    r"|that they do,|you can contribute|goal of (?:this|the) (?:talk|session)|what we have|(?:think|believe) that the"
    r"|hope to|should be able|aimed at|slides|Q&A|better understanding of (?:the|what|how)$|get started|have fun"
    r"|feel (?:free|confident)|how I (?:built|made|wrote|became)|appreciation|confidence|sense of|your own|the basics"
    r"|basics of|fundamentals|introduction|introductory|overview|any(?:thing| questions)|laptop)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"^(?:[A-Z]\w+ [A-Z]\w+|He|She|I(?:['’]m| am| have been|['’]ve been)|My name|Her|His|Speaker|Bio"
    r"|About)\b[^.]{0,40}\b(?:is (?:a|an|the|one)|has been|have been|work\w*|joined|graduat\w+|born|lives?|founded"
    r"|co-?founde[dr]|enjoys?|loves?|PhD|years of)\b|^[A-Z]\w+ works (?:at|for|on|as)\b|\bI(?: am|[\'’]m) part of\b"
    r"|years of experience|https?://\S+$"
)


def is_promise(sentence: str) -> bool:
    """Whether a sentence only says what a talk will cover."""
    return bool(_PROMISES.match(sentence))


def is_invitation(sentence: str) -> bool:
    """Whether a sentence invites, asks for knowledge beforehand or tells who should come."""
    return bool(_INVITES.search(sentence))


def is_personal(sentence: str) -> bool:
    """Whether a sentence is about the life of whoever speaks."""
    return bool(_PERSONAL.search(sentence))
