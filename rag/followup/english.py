"""The closed-class words of English questions, and the nouns that stand for something named earlier."""

from __future__ import annotations

from rag.followup.records import Kind


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as one string."""
    return frozenset(text.split())


HE = words("he him his himself")
SHE = words("she her hers herself")
THEY = words("they them their theirs themselves")
IT = words("it its itself")
PRONOUNS = HE | SHE | THEY | IT
POSSESSIVES = words("his her their its")

QUESTION_WORDS = words("what who whom whose which when where why how")
BE = words("is are was were be been being am isn't aren't wasn't weren't 's 're")
AUXILIARIES = (
    BE
    | words("do does did has have had can could will would shall should may might must")
    | words("don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't")
)
PREPOSITIONS = words(
    "about above across after against along among around as at before behind below beside besides between beyond by "
    "despite down during except for from in inside into like near of off on onto out outside over past per regarding "
    "since than through throughout till to toward towards under until up upon via with within without"
)
DETERMINERS = words("a an the this that these those some any no each every another all both either neither")
CONJUNCTIONS = words("and or but so because if then while though although whether nor yet")
ADVERBS = words(
    "also again ago already always else ever even just later more most much many less least never not now often only "
    "once other others same soon still such there here too very well anyone anything anybody everyone everything "
    "someone something nothing nobody really actually first last next own several few away back together else's"
)
PERSONAL = words("i me my mine we us our ours you your yours myself yourself")
IMPERATIVES = words(
    "name describe list give tell explain show state identify compare define mention summarise summarize"
)
FUNCTION_WORDS = (
    QUESTION_WORDS
    | AUXILIARIES
    | PREPOSITIONS
    | DETERMINERS
    | CONJUNCTIONS
    | ADVERBS
    | PRONOUNS
    | PERSONAL
    | words("yes no ok okay please tell know say said let lets let's s t d ll re ve one ones")
)

# Nouns after "the", "this" or "that" that stand for an entity named before, by its kind.
NOUNS: dict[Kind, frozenset[str]] = {
    Kind.PERSON: words(
        "man woman boy girl person guy lady actor actress artist author baby boss candidate captain ceo chairman "
        "chancellor character coach composer criminal daughter director doctor driver emperor engineer founder "
        "general governor husband inventor judge king lawyer leader mayor minister musician officer painter patient "
        "philosopher player poet politician pope premier president priest prince princess professor queen scientist "
        "senator singer soldier son spokesman spokeswoman suspect victim wife winner writer"
    ),
    Kind.PLACE: words(
        "place city town village country nation state province region area county district island continent location "
        "river lake mountain building castle stadium bridge airport capital park canal"
    ),
    Kind.ORGANISATION: words(
        "company firm organisation organization group band team club party government agency bank union university "
        "school college institution institute corporation business association committee council ministry army navy "
        "church museum newspaper magazine network channel broadcaster airline manufacturer startup charity duo trio "
        "parliament court police federation league tribe movement regime empire dynasty orchestra"
    ),
    Kind.EVENT: words(
        "war battle election revolution crisis event attack accident crash fire flood earthquake storm hurricane "
        "pandemic epidemic outbreak strike protest protests conference summit match game race tournament championship "
        "final olympics ceremony festival trial lawsuit case scandal merger deal treaty campaign tour concert wedding "
        "murder shooting explosion incident disaster uprising rebellion siege vote referendum show fight"
    ),
    Kind.WORK: words(
        "book novel film movie album song single record track play musical opera poem series painting sculpture "
        "report study paper law act bill constitution document agreement game episode documentary symphony essay "
        "programme program"
    ),
    Kind.THING: words(
        "product device machine drug vaccine disease virus plan project system technology car plane aircraft ship boat "
        "engine rocket phone computer software app website language religion theory method element substance material "
        "animal species plant weapon currency award prize building satellite mission spacecraft model process bacteria"
    ),
}
KIND_OF_NOUN: dict[str, Kind] = {noun: kind for kind, nouns in reversed(NOUNS.items()) for noun in nouns}
YEAR_NOUNS = words("year season decade century")

# Words in a name that tell its kind.
NAME_WORDS: dict[Kind, frozenset[str]] = {
    Kind.ORGANISATION: words(
        "agency airlines airways alliance army empire dynasty kingdom association authority bank band board brothers "
        "bureau church club college commission committee company congress corp corporation council court department "
        "federation foundation front fund gmbh group inc institute institution international league ltd ministry "
        "museum nato navy network opec orchestra organisation organization parliament party police press records "
        "school senate service society team times trust un union unicef university"
    ),
    Kind.PLACE: words(
        "airport avenue basin bay beach bridge canyon castle cathedral city coast county desert district forest gulf "
        "harbor harbour hill hills island islands lake mount mountain mountains ocean palace park peninsula plateau "
        "province region republic river road sea square state street tower town valley village county"
    ),
    Kind.EVENT: words(
        "accord agreement award awards battle bowl campaign championship championships conference crisis cup election "
        "elections expedition festival final games marathon massacre olympics prix rebellion referendum revolution "
        "series siege summit tour trial uprising war wars"
    ),
    Kind.WORK: words("act album amendment bill book constitution film law novel opera symphony song"),
    Kind.PERSON: words(
        "mr mrs ms miss dr sir lady lord dame king queen prince princess pope president senator saint emperor captain "
        "professor chancellor"
    ),
}
