"""A message -> whether it asks the articles something, or greets, thanks, or asks about the collection itself.

And, for those that ask: whether they keep to the article cited before, leave it out, or want more of the same list.
Only whole messages count as small talk, so no word in a question can turn it into one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Intent(Enum):
    """What a message wants."""

    QUESTION = "question"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABILITIES = "abilities"  # "what can you do?"
    COLLECTION = "collection"  # "which articles do you have?"


class Scope(Enum):
    """Where a question wants its answer from."""

    ALL = "all"
    SAME = "same"  # "in that article"
    OTHER = "other"  # "any other source?"
    MORE = "more"  # "show me more"


@dataclass(frozen=True, slots=True)
class Scoped:
    """A question and where it wants its answer from."""

    scope: Scope
    question: str  # without the words that only say where; "" asks the question before once more


_GREETING = (
    r"(?:hi|hello|hey|hiya|howdy|yo|greetings|moin|hallo|good (?:morning|afternoon|evening|day))"
    r"(?: (?:there|all|everyone|again|you|friend|bot|assistant))*"
)
_HOW_ARE_YOU = r"(?:how are (?:you|things)(?: (?:today|doing))?|how(?: is|'s) it going|what's up|nice to meet you)"
_THANKS = (
    r"(?:(?:ok(?:ay)? |great |perfect |cool |nice |wow )*(?:thanks|thank you|thx|ty|cheers|much appreciated)"
    r"(?: (?:so much|very much|a lot|a bunch|again|for (?:that|this|your help|the help|everything)|you|mate))*"
    r"|(?:ok|okay|great|perfect|cool|nice|wow|good|awesome|excellent|got it|i see|understood|well done|good (?:job|bot))"
    r"|(?:that(?: is|'s) (?:all|great|helpful|good|nice|perfect|it)|that (?:helps|helped)(?: a lot)?))"
)
_GOODBYE = (
    r"(?:bye(?: bye)?|goodbye|good bye|see you(?: (?:later|soon|tomorrow))?|ciao|farewell|good night|so long|quit|exit)"
)
_YOU = r"(?:you|this (?:app|bot|tool|system|chat|program|assistant)|the (?:app|bot|tool|assistant))"  # never "it"
_ABILITIES = (
    rf"(?:help(?: me)?(?: please)?|(?:can you )?help me|what (?:can|do|does|else can|could) {_YOU} do(?: for me)?"
    rf"|how (?:do|does|can) {_YOU} work|how (?:do|can|should) i (?:use|ask|work with) {_YOU}(?: questions)?"
    rf"|(?:who|what) are you|what(?: is|'s) {_YOU} (?:for|about)|what are you (?:for|able to do)"
    r"|are you (?:a )?(?:human|bot|robot|real|an? ai|chatgpt|an llm)|what are your (?:abilities|functions|features)"
    r"|what (?:can|may|should|could) i (?:ask|do)(?: (?:you|here))*|what (?:kind|sort|type)s? of questions can i ask(?: you)?)"
)
_ARTICLES = r"(?:articles?|documents?|sources?|files?)"  # not pages or stories: books and buildings have those
_HERE = (
    r"(?:(?: (?:do|did|have) (?:you|we) (?:have|know|hold|cover|use|got|read|indexed?|cite|search|contain))"
    r"|(?: (?:are|is) (?:there|available|indexed|loaded|stored))|(?: (?:can|could) (?:you|i) (?:search|see|read|ask about))"
    r"|(?: are)?(?: (?:in|of)(?: (?:here|there|the|your|this|my|our) ?(?:collection|index|corpus|library|database|archive)?)))"
)
_COLLECTION = (
    rf"(?:(?:(?:and )?(?:which|what|how many)(?: (?:kind|sort|type)s? of)? {_ARTICLES}{_HERE}+(?: in total| altogether)?)"
    rf"|(?:(?:can you |please )*(?:list|show|name|tell|give)(?: me)?(?: all| the| your| of| available| a list of)* {_ARTICLES}"
    rf"(?: you have| that you have)?)"
    r"|(?:what|which) (?:topics?|subjects?|themes?|outlets?|newspapers?|dates?|years?|period|time ?span|time range)"
    r"(?: (?:do|does|can|are|is) (?:you|your (?:articles|collection)|the (?:articles|collection)|there|it|they|covered)"
    r"(?: (?:know|cover|have|span|include|about|talk about|come from|available))*(?: in (?:here|the collection))?)"
    rf"|what (?:do|can) you (?:know|talk|tell me)(?: about)?|what are your (?:sources|{_ARTICLES}|topics)"
    r"|what(?: is|'s| are)? (?:in|inside) (?:here|(?:the|your|this) (?:collection|index|corpus|library|database|archive))"
    r"|where do (?:you|your answers) (?:get|take|come)(?: (?:your|the))?(?: (?:answers?|information|knowledge|facts))? from"
    r"|(?:how (?:big|large|old|recent|up to date|new)) (?:is|are) (?:the|your|this) (?:collection|index|corpus|articles|library)"
    rf"|(?:tell me )?about (?:the|your|this) (?:collection|{_ARTICLES}))"
)
_WHOLE: dict[Intent, re.Pattern[str]] = {
    Intent.GREETING: re.compile(rf"(?:{_GREETING})?(?: ?{_HOW_ARE_YOU})?"),
    Intent.THANKS: re.compile(_THANKS),
    Intent.GOODBYE: re.compile(rf"(?:{_THANKS} )?(?:and )?{_GOODBYE}(?: {_GOODBYE})*"),
    Intent.ABILITIES: re.compile(rf"(?:{_GREETING} )?(?:so |and |please )?{_ABILITIES}"),
    Intent.COLLECTION: re.compile(rf"(?:{_GREETING} )?(?:so |and |please )?{_COLLECTION}"),
}
_FRONT = re.compile(rf"^\s*(?:{_GREETING}|{_THANKS})\s*[,.!:;\u2013-]+\s*(?=\S)", re.IGNORECASE)

_SAY = r"(?:say|says|said|confirm|confirms|report|reports|mention|mentions|agree|agrees|claim|claims|state|states|write|writes)"
_IN_SAME = re.compile(
    r",?\s*\b(?:in|from|according to|within|on)\s+(?:the\s+same|th(?:is|at)(?:\s+same|\s+very)?|the(?=\s+article))\s+"
    r"(?:article|source|page|text)\b(?!\s+of\b)(?:\s+(?:only|alone|too|as well|again))?",
    re.IGNORECASE,
)
_SAME_SAYS = re.compile(r"\bth(?:is|at)(?:\s+same)?\s+article\b(?!\s+of\b)", re.IGNORECASE)
_OTHER_WHOLE = re.compile(
    rf"(?:and |but |so )?(?:(?:are|is) there |do you have |have you got |can you (?:find|show me|give me) |show me |give me |"
    rf"what about |how about |does |do |what does |what do |is that in |in )?(?:any |an |some |the |a )?"
    rf"(?:other|another|others|different|second|more) {_ARTICLES}(?: {_SAY})?(?: (?:that|this|it|so|the same|on (?:this|that)|"
    rf"about (?:this|that|it)))*|(?:anywhere|somewhere) else|elsewhere|what do (?:the )?others say|who else (?:says|said) (?:so|that|this)"
)
_OTHER_IN = re.compile(
    rf"\b(?:any|an|some|the|in|from)?\s*(?:other|another|different)\s+(?:article|source|story|newspaper|outlet)s?\s+{_SAY}\b"
    r"|\b(?:in|from|according\s+to)\s+(?:an?y?\s*|some\s+)?(?:other|another|different)\s+(?:article|source|stor(?:y|ie)|outlet)s?\b(?!\s+of\b)",
    re.IGNORECASE,
)
_MORE_WHOLE = re.compile(
    rf"(?:and |ok |okay |yes |please )*(?:(?:can you |could you |would you )?(?:please )?(?:show|give|tell|find|list)(?: me| us)?"
    rf"(?: some| a few| the| any)? (?:more|further|next|rest|others)|more|next|continue|go on|keep going|even more|some more)"
    rf"(?: (?:of (?:these|those|them|that|it|the same)|results?|answers?|hits?|passages?|quotes?|ones?|page|{_ARTICLES}|please|like (?:this|that|these)))*"
)


def intent(message: str) -> Intent:
    """What a message wants; anything that is not wholly small talk is a question."""
    plain = _plain(message)
    if not plain:
        return Intent.QUESTION
    return next((found for found, pattern in _WHOLE.items() if pattern.fullmatch(plain)), Intent.QUESTION)


def without_small_talk(message: str) -> str:
    """The message without the greeting or the thanks before its question: "Thanks! And when?" -> "And when?"."""
    rest = _FRONT.sub("", message, count=1)
    return rest if rest.strip(" ?!.,") else message


def scoped(message: str) -> Scoped:
    """Where a question wants its answer from."""
    plain = _plain(message)
    if _MORE_WHOLE.fullmatch(plain):
        return Scoped(Scope.MORE, "")
    if _OTHER_WHOLE.fullmatch(plain):
        return Scoped(Scope.OTHER, "")
    if _OTHER_IN.search(message):
        return Scoped(Scope.OTHER, message)
    inside = _IN_SAME.search(message)
    if inside:
        rest = f"{message[: inside.start()]}{message[inside.end() :]}".strip(" ,")
        return Scoped(Scope.SAME, rest if rest.strip(" ?!.,") else "")
    return Scoped(Scope.SAME if _SAME_SAYS.search(message) else Scope.ALL, message)


def _plain(message: str) -> str:
    """The message in small letters, without punctuation at its edges and between its parts."""
    text = message.casefold().replace("\u2019", "'")
    return " ".join(re.sub(r"[^\w' ]+", " ", text).split())
