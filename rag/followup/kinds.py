"""A name and the words around it -> its kind: person, place, organisation ..., with gender and number."""

from __future__ import annotations

import re

from rag.followup.english import FUNCTION_WORDS, KIND_OF_NOUN, NAME_WORDS, words
from rag.followup.names import FEMALE_NAMES, MALE_NAMES, PLACES
from rag.followup.records import Kind, Nature
from rag.followup.spelling import TOKEN, bare, folded, is_plural

_ROMAN = re.compile(r"[ivx]+$")
_PERSON_ENDINGS = ("er", "ist", "ian", "or", "man", "woman")
_FEMALE_TITLES = words("mrs ms miss lady dame queen princess")
_EITHER_TITLES = words("dr professor president senator captain chancellor")
# "a town called Linz", "the film, Epaves"
_BEFORE = re.compile(r"([^\W\d_]+),? (?:(?:called|named|titled|entitled|known as) )?[\"“(]?$")
# "Linz, a small town in", "Linz is the third city": at most four words before the noun
_PLACED = re.compile(r"\b(?:in|near|outside|across) $")
_AFTER = re.compile(
    r"^[\"”)]?,? (?:(?:is|was|are|were) )?(?:an?|the|his|her|their|its) ((?:[^\W_][\w'\u2019-]* ?){1,5})"
)


def nature(name: str) -> Nature:
    """What the words of a name tell about it."""
    parts = [folded(bare(token)).rstrip(".") for token in TOKEN.findall(name)]
    parts = [p for p in parts if p != "the"] or [""]
    first, last = parts[0], parts[-1]
    head = parts[parts.index("of") - 1] if "of" in parts[1:] else ""  # "Guinness Book of Records"
    plural = is_plural(last)
    if " ".join(parts) in PLACES:
        return Nature(Kind.PLACE)
    for kind in (Kind.EVENT, Kind.ORGANISATION, Kind.PLACE, Kind.WORK):
        if last in NAME_WORDS[kind] or head in NAME_WORDS[kind]:
            return Nature(kind, plural=plural)
    if len(last) > 1 and name.split()[-1].isupper() and last.isalpha() and not _ROMAN.match(last):  # an acronym
        return Nature(Kind.ORGANISATION)
    if first in NAME_WORDS[Kind.PERSON] and len(parts) > 1:
        return Nature(Kind.PERSON, "" if first in _EITHER_TITLES else "she" if first in _FEMALE_TITLES else "he")
    gender = "he" if first in MALE_NAMES else "she" if first in FEMALE_NAMES else ""
    initials = len(parts) > 1 and any(len(p) == 1 and p.isalpha() for p in parts[:-1]) and len(last) > 1
    if (gender and len(parts) <= 4 and not last.isdigit()) or initials:
        return Nature(Kind.PERSON, gender)
    return Nature(Kind.UNKNOWN, plural=plural)


def kind_beside(before: str, after: str) -> Kind:
    """What the words right before and after a name say of it: "the film Epaves", "Linz, a town in"."""
    if _PLACED.search(before):
        return Kind.PLACE
    near = _BEFORE.search(before)
    if near and near[1].casefold() in KIND_OF_NOUN:
        return KIND_OF_NOUN[near[1].casefold()]
    behind = _AFTER.search(after)
    if behind:
        for word in behind[1].casefold().split():
            if word in FUNCTION_WORDS:
                break
            if word in KIND_OF_NOUN:
                return KIND_OF_NOUN[word]
    return Kind.UNKNOWN


def kind_of_role(role: str) -> Kind:
    """The kind that a title's bracket tells: "band", "British politician"."""
    last = role.casefold().split()[-1] if role.split() else ""
    if last in KIND_OF_NOUN:
        return KIND_OF_NOUN[last]
    return Kind.PERSON if last.endswith(_PERSON_ENDINGS) else Kind.UNKNOWN
