"""Many users asking the page's server at once: errors, waiting times, memory.

    python benchmarks/load.py [--users 20] [--seconds 120] [--index DIR]

Starts app.py on a free port with the sample articles, and users who each ask a question, wait for its answer and ask
the next, through the named endpoint `ask` as programs do. Every answer is compared with what the same question gets
alone. Figures go to benchmarks/results/load.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import results

ROOT = Path(__file__).resolve().parent.parent
SETTLED_S = 20  # from then on the memory is to stay flat
QUESTIONS = (
    "By how much have homicides in Mexico fallen?",
    "How much does the council pay for the ferry each day?",
    "In whose bakery did the Great Fire begin?",
    "Which language helped Champollion with Egyptian?",
    "Who cited the Monroe Doctrine for the White House?",
    "Who was the first king of Quillonspire?",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what came of it."""

    at_s: float  # since the start
    took_s: float
    wrong: str  # what went wrong; empty: nothing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--index", type=Path, default=ROOT / "index" / "store")
    options = parser.parse_args()
    with tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, str(ROOT / "app.py"), "--index", str(options.index), "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT)
        try:
            printed = next((line for line in server.stdout if "http://" in line), "")  # what was indexed comes before
            found = re.search(r"http://\S+", printed)
            if not found:
                raise SystemExit("app.py did not start")
            address = found[0]
            asked, memory = load(address, server.pid, users=options.users, seconds=options.seconds)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
        errors.seek(0)
        printed = errors.read()
    figures = summary(asked, memory, options.users, options.seconds) | {"lines on standard error": printed.count("\n")}
    for name, value in figures.items():
        print(f"{name}: {value}")
    if options.seconds >= 120:
        results.save("load", "python benchmarks/load.py", figures)


def load(address: str, pid: int, *, users: int, seconds: int) -> tuple[list[Asked], list[tuple[float, float]]]:
    """All questions asked, and the server's memory each second as pairs of seconds and MB."""
    alone = {question: ask(address, question) for question in QUESTIONS}
    asked: list[Asked] = []
    started = time.perf_counter()

    def user(number: int) -> None:
        turn = number
        while (at := time.perf_counter() - started) < seconds:
            question = QUESTIONS[turn % len(QUESTIONS)]
            turn += 1
            try:
                wrong = "" if ask(address, question) == alone[question] else "another answer"
            except (OSError, ValueError, KeyError) as error:
                wrong = repr(error)
            asked.append(Asked(at, time.perf_counter() - started - at, wrong))

    threads = [threading.Thread(target=user, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    memory = []
    while any(thread.is_alive() for thread in threads):
        memory.append((time.perf_counter() - started, resident_mb(pid)))
        time.sleep(1)
    return asked, memory


def ask(address: str, question: str) -> object:
    """The answer of the named endpoint.

    Raises:
        ValueError: the endpoint said that it failed.
    """
    body = json.dumps({"question": question}).encode()
    start = Request(f"{address}/gradio_api/call/v2/ask", body, {"Content-Type": "application/json"})
    with urlopen(start, timeout=120) as response:
        event = json.load(response)["event_id"]
    with urlopen(f"{address}/gradio_api/call/ask/{event}", timeout=120) as response:
        *_, kind, data = response.read().decode().strip().splitlines()
    if kind != "event: complete":
        raise ValueError(f"{kind}: {data}")
    return json.loads(data.removeprefix("data: "))


def resident_mb(pid: int) -> float:
    """The memory of a process that is in RAM."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def summary(asked: list[Asked], memory: list[tuple[float, float]], users: int, seconds: int) -> dict[str, object]:
    """Times in seconds, memory in MB."""
    took = sorted(one.took_s for one in asked)
    settled = [mb for at, mb in memory if at >= SETTLED_S]
    first, last = statistics.mean(settled[:5]), statistics.mean(settled[-5:])
    wrong = [one.wrong for one in asked if one.wrong]
    return {
        "users": users,
        "seconds": seconds,
        "questions": len(asked),
        "questions per second": round(len(asked) / seconds, 2),
        "errors and other answers": len(wrong),
        "first of them": wrong[:1],
        "p50 s": round(took[len(took) // 2], 2),
        "p95 s": round(took[int(0.95 * len(took))], 2),
        "slowest s": round(took[-1], 2),
        "memory MB at the start, after 20 s, at the end": [round(memory[0][1]), round(first), round(last)],
        "memory MB, every 20 s": [round(mb) for _, mb in memory[::20]],
        "growth after 20 s, %": round(100 * (last / first - 1), 1),
    }


if __name__ == "__main__":
    main()
