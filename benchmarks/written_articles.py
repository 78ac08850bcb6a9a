"""News, reports and features, not encyclopaedia paragraphs; questions in other words: how good are the answers?

    python benchmarks/written_articles.py --work DIR [--reader FOLDER] [--sample N]

The test part of benchmarks/written is asked of an index of the 800 articles of train, dev and test, as `rag evaluate`
does. Figures go to benchmarks/results/written_articles.json.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
from retrieval import opened_index
from rich.console import Console
from rich.progress import track
from squad import Corpus, read_squad

from rag.answer import Answerer
from rag.evaluate import read_questions
from rag.evaluate.golds import GoldArticles
from rag.evaluate.report import evaluation_record, figures_table
from rag.evaluate.run import judge, summary
from rag.models import file_digest
from rag.settings import BUNDLED, AnswerSettings

FOLDER = Path(__file__).parent / "written"
PARTS = ("train", "dev", "test")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the index")
    parser.add_argument("--reader", default=BUNDLED, help="a folder or a name; default the bundled one")
    parser.add_argument("--sample", type=int, help="so many questions, drawn with a fixed seed; default all")
    options = parser.parse_args()
    settings = replace(AnswerSettings(), reader_model=options.reader)
    answerer = Answerer(opened_index(folder_in(options.work) / "index", all_articles()), settings=settings)
    questions = list(read_questions(FOLDER / "test.json"))
    if options.sample:
        questions = random.Random(1).sample(questions, options.sample)
    golds = GoldArticles(answerer.index)
    judged = [judge(q, answerer.ask(q.text), golds.of(q)) for q in track(questions, description="asking")]
    found = summary(judged, threshold=settings.threshold, k=settings.k)
    Console().print(figures_table(found.figures))
    if not options.sample and options.reader == BUNDLED:
        command = "python benchmarks/written_articles.py --work DIR"
        results.save("written_articles", command, evaluation_record(found)["figures"])


def part(name: str) -> Corpus:
    """One of the parts; its articles' ids begin with its name."""
    corpus = read_squad(FOLDER / f"{name}.json")
    paragraphs = tuple(replace(one, id=f"{name}-{one.id}") for one in corpus.paragraphs)
    return Corpus(paragraphs, tuple(replace(q, article_id=f"{name}-{q.article_id}") for q in corpus.questions))


def folder_in(work: Path) -> Path:
    """For what is made of the parts; when they change, another one."""
    digests = "".join(file_digest(FOLDER / f"{name}.json") for name in PARTS)
    return work / f"written-{hashlib.sha256(digests.encode()).hexdigest()[:8]}"


def all_articles() -> Corpus:
    """The articles of all parts, without questions."""
    return Corpus(tuple(article for name in PARTS for article in part(name).paragraphs), ())


if __name__ == "__main__":
    main()
