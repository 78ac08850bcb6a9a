"""A question + the earlier turns of a conversation -> the question as it would be asked on its own.

Rules over word lists, and two small linear models; no language model, no downloads, about a millisecond.

    question -> gaps ("she", "that year", "the band")               anaphora, binding
    earlier turns -> candidates (names, with their kinds)           entities, kinds, candidates
    a gap + the candidates -> the name that fits best               agreement, antecedents
    fragment ("And in Canada?") -> the question before, changed     ellipsis
    no gap, no name -> does it lean on what was said?               needs
    all of it in one sentence                                       wording, rewriting
    unsure? what both questions find tells which one was meant      weighing
"""

from rag.followup.records import Rewrite, Turn
from rag.followup.rewriting import rewrite
from rag.followup.weighing import Weighed, weigh

__all__ = ["Rewrite", "Turn", "Weighed", "rewrite", "weigh"]
