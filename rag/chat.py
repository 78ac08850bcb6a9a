"""A conversation: follow-up + turns -> stand-alone question -> Answer, or a word about the collection itself."""

from __future__ import annotations

from collections.abc import Collection as Ids
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rag.answer import Answerer
from rag.followup import Rewrite, Turn, Weighed, rewrite, weigh
from rag.index import EVERYTHING, checked_question
from rag.smalltalk import Intent, Scope, intent, scoped, without_small_talk
from rag.types import Answer, Collection, Filter, Hits

REMEMBERED = 8  # turns that a follow-up may lean on; so the hundredth costs what the tenth did
PREFERENCE = 0.03  # added to the fused score of passages of the article cited last: a tie is decided, a lead is not


@dataclass(frozen=True, slots=True)
class Step:
    """How far a message has come on its way to a reply."""

    question: str  # what is searched for, then what the passages are read with
    hits: Hits | None = None  # the passages to read; None: they are still searched for


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message gets: an answer from the articles, or a text about them."""

    message: str
    answer: Answer | None = None  # None: the message asked nothing of the articles
    text: str = ""  # what to say when there is no answer
    rewritten: bool = False  # whether `answer.standalone_question` differs from what was written


class Chat:
    """One conversation; each user, tab or thread has its own."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self.turns: list[Turn] = []  # the last REMEMBERED questions
        self._shown: set[tuple[str, int]] = set()  # passages that answered the question asked last

    def ask(self, message: str, *, standalone_question: str | None = None, where: Filter = EVERYTHING) -> Reply:
        """Answer the next message.

        Args:
            message: as the user wrote it.
            standalone_question: what it means, if the user has put that right; None: worked out here.
            where: search only what this lets through.

        Raises:
            InputError: the question is empty or too long.
        """
        taken = self.steps(message, standalone_question=standalone_question, where=where)
        return next(step for step in taken if isinstance(step, Reply))

    def steps(
        self, message: str, *, standalone_question: str | None = None, where: Filter = EVERYTHING
    ) -> Iterator[Step | Reply]:
        """Answer the next message as `ask` does, and say so before searching and before reading; the reply comes last.

        A message that asks nothing of the articles has no steps but its reply.
        """
        message = checked_question(message, self.answerer.settings)
        wish = Intent.QUESTION if standalone_question else intent(message)
        if wish is not Intent.QUESTION:
            yield Reply(message, text=small_talk(wish, self.answerer.index.collection()))
            return
        asked = scoped(without_small_talk(message))
        if standalone_question:
            meant = Rewrite(standalone_question, message, changed=True)
        elif asked.question or not self.turns:
            meant = rewrite(asked.question or message, self.turns)
        else:
            meant = Rewrite(self.turns[-1].standalone_question, message, changed=True)
        yield Step(meant.question)
        found = self._hits(meant, asked.scope, where)
        yield Step(found.question, found.hits)
        answer = self.answerer.answer_from(found.hits, message, standalone_question=found.question)
        self._remember(answer, more=asked.scope is Scope.MORE)
        yield Reply(message, answer, rewritten=found.question != message)

    def resume(self, answers: Iterable[Answer]) -> None:
        """Go on with a conversation that had these answers, in this order, as if they had been given here."""
        for answer in answers:
            self._remember(answer, more=scoped(without_small_talk(answer.question)).scope is Scope.MORE)

    def _hits(self, meant: Rewrite, scope: Scope, where: Filter) -> Weighed:
        """The passages to read, and the question to read them with."""
        k = self.answerer.settings.k
        cited = frozenset(self.turns[-1].article_ids) if self.turns else frozenset()
        seen = self._shown if scope is Scope.MORE else set()
        where = narrowed(where, scope, cited)

        def search(question: str) -> Hits:
            found = self.answerer.index.search(
                question,
                2 * k + len(seen),
                where=where,
                settings=self.answerer.settings,
            )
            return tuple(hit for hit in found if (hit.passage.article_id, hit.passage.number) not in seen)

        hits = search(meant.question)
        if meant.changed:
            hits = prefer(hits, cited)
        return weigh(meant, hits, () if meant.sure else search(meant.original), k=k)

    def _remember(self, answer: Answer, *, more: bool) -> None:
        best = answer.quotes[0] if answer.quotes else None
        cited = tuple(dict.fromkeys(c.article_id for quote in answer.quotes for c in quote.citations))
        turn = Turn(
            answer.question,
            answer.standalone_question,
            best.text if best else "",
            best.sentence if best else "",
            best.passage.title if best else "",
            cited,
        )
        self.turns = [*self.turns, turn][-REMEMBERED:]
        shown = {(c.article_id, c.passage.number) for quote in answer.quotes for c in quote.citations}
        self._shown = shown | self._shown if more else shown


def narrowed(where: Filter, scope: Scope, cited: frozenset[str]) -> Filter:
    """A filter that also keeps to the articles cited last, or leaves them out, if the message says so."""
    if scope is Scope.SAME:
        return replace(where, articles=(cited & where.articles or cited) if where.articles else cited)
    return replace(where, without=where.without | cited) if scope is Scope.OTHER else where


def prefer(hits: Hits, article_ids: Ids[str]) -> Hits:
    """The hits with those of some articles raised a little, best first."""
    raised = [
        replace(hit, score=hit.score + PREFERENCE) if hit.passage.article_id in article_ids else hit for hit in hits
    ]
    return tuple(sorted(raised, key=lambda hit: -hit.score))


def small_talk(wish: Intent, holdings: Collection) -> str:
    """What to say to a message that asks nothing of the articles."""
    if wish is Intent.GREETING:
        return f"Hello! Ask me about {_counted(holdings)}; I answer in their own words."
    if wish is Intent.THANKS:
        return "You're welcome. Ask on whenever you like."
    if wish is Intent.GOODBYE:
        return "Goodbye!"
    if wish is Intent.ABILITIES:
        return (
            f"I look for answers in {_counted(holdings)} and quote them word for word, with the place they come from. "
            "Ask who, what, when, where, how many or why, and follow up as in a conversation. "
            "When the articles don't say, I tell you. I do not summarise, calculate or guess."
        )
    return _described(holdings)


def _counted(holdings: Collection) -> str:
    return f"{holdings.articles:,} article{'s' if holdings.articles != 1 else ''}"


def _described(holdings: Collection) -> str:
    parts = [f"There are {_counted(holdings)}, cut into {holdings.passages:,} passages."]
    if holdings.first and holdings.last:
        parts.append(f"They were published from {holdings.first.isoformat()} to {holdings.last.isoformat()}.")
    if holdings.sources:
        parts.append("Sources: " + ", ".join(f"{name} ({count})" for name, count in holdings.sources[:5]) + ".")
    if holdings.titles:
        parts.append("The newest: " + "; ".join(holdings.titles) + ".")
    return " ".join(parts)
