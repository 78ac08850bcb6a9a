"""Real news and questions in other words: how good are the answers?

    python benchmarks/newswire.py ARTICLES.jsonl.gz --work DIR [--reader FOLDER]
    python benchmarks/newswire.py ARTICLES.jsonl.gz --training OUT.json

The first asks the test questions of benchmarks/newswire of an index of 2,000 articles; its figures go to
benchmarks/results/newswire.json. The second writes the training questions with their articles, as `rag train reader`
reads them. The articles are those of Reuters-21578, one JSON object a line with id, title and text; they are not part
of the project, whose questions point into them with ranges of characters.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
from retrieval import opened_index
from rich.console import Console
from rich.progress import track
from squad import Corpus

from rag.answer import Answerer
from rag.evaluate.golds import GoldArticles
from rag.evaluate.records import GoldQuestion
from rag.evaluate.report import evaluation_record, figures_table
from rag.evaluate.run import judge, summary
from rag.settings import BUNDLED, AnswerSettings
from rag.types import Article

FOLDER = Path(__file__).parent / "newswire"
ARTICLES = 2000  # in the index: those that are asked about, then the first of the file that nothing is asked about
Texts = Mapping[str, Article]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    todo = parser.add_mutually_exclusive_group(required=True)
    todo.add_argument("--work", type=Path, help="a folder for the index")
    todo.add_argument("--training", type=Path, help="where to write the training questions")
    parser.add_argument("--reader", default=BUNDLED, help="a folder or a name; default the bundled one")
    options = parser.parse_args()
    texts = {article.id: article for article in read_articles(options.articles)}
    if options.training:
        written = {"version": "2.0", "data": list(squad_form("train", texts))}
        options.training.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
        return
    settings = replace(AnswerSettings(), reader_model=options.reader)
    corpus = Corpus(tuple(asked_and_others(texts)), ())
    answerer = Answerer(opened_index(options.work / folder_name(corpus), corpus), settings=settings)
    golds = GoldArticles(answerer.index)
    asked = list(test_questions(texts))
    judged = [judge(q, answerer.ask(q.text), golds.of(q)) for q in track(asked, description="asking")]
    found = summary(judged, threshold=settings.threshold, k=settings.k)
    Console().print(figures_table(found.figures))
    if options.reader == BUNDLED:
        command = "python benchmarks/newswire.py reuters/articles.jsonl.gz --work DIR"
        results.save("newswire", command, evaluation_record(found)["figures"])


def read_articles(path: Path) -> Iterator[Article]:
    """From JSON Lines, which may be gzipped."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Article(row["id"], row["title"], row["text"])


def rows(name: str) -> list[dict[str, Any]]:
    """One of the two files of questions: for each article its id, the digest of its text, and what is asked of it."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def squad_form(name: str, texts: Texts) -> Iterator[dict[str, Any]]:
    """One of the two files in the form of SQuAD 2.0.

    Raises:
        SystemExit: an article is missing, or not the one that the questions were written for.
    """
    for row in rows(name):
        article = texts.get(row["id"])
        if article is None or digest(article.text) != row["digest"]:
            raise SystemExit(f"{row['id']} {'is missing' if article is None else 'has another text'}; wanted the "
                             "articles of Reuters-21578 as the project's shared data holds them")  # fmt: skip
        asked = [
            {
                "id": f"{article.id}/{number}",
                "question": question,
                "answers": [{"text": article.text[a:b], "answer_start": a} for a, b in spans],
                "is_impossible": not spans,
            }
            for number, (question, *spans) in enumerate(row["questions"])
        ]
        yield {"title": article.title, "paragraphs": [{"context": article.text, "qas": asked}]}


def test_questions(texts: Texts) -> Iterator[GoldQuestion]:
    for row, article in zip(rows("test"), squad_form("test", texts), strict=True):
        for asked in article["paragraphs"][0]["qas"]:
            yield GoldQuestion(asked["question"], tuple(a["text"] for a in asked["answers"]), row["id"])


def asked_and_others(texts: Texts) -> list[Article]:
    """The articles of the index; none that the reader was trained on."""
    asked, trained = ([row["id"] for row in rows(name)] for name in ("test", "train"))
    others = [id_ for id_ in texts if id_ not in {*asked, *trained}]
    return [texts[id_] for id_ in (*asked, *others)[:ARTICLES]]


def folder_name(corpus: Corpus) -> str:
    """Another one for other articles."""
    return f"newswire-{digest(' '.join(article.id for article in corpus.paragraphs))[:8]}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    main()
