"""What an index may hold after its writer was killed, worked out from the writer's log."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Held = dict[str, int]  # the version of each article, by its name


@dataclass(slots=True)
class Expected:
    """The states that the log allows."""

    certain: Held  # what was there before the change that was under way
    put: list[tuple[str, int]] = field(default_factory=list)  # by the change under way, in order
    stored: int = 0  # how many of them had been reported stored
    gone: set[str] = field(default_factory=set)
    at_once: bool = False  # the change shows as a whole or not at all
    exists: bool = False  # a build had been reported done
    errors: list[str] = field(default_factory=list)
    full: bool = False  # the last change ended because the disk was full
    changes: int = 0  # reported done

    def complaints(self, held: Held) -> list[str]:
        """How what an index holds differs from what it may hold; none if it does not."""
        if self.at_once:
            return [] if held in (self.certain, self._after()) else [f"neither the old nor the new index: {len(held)}"]
        wrong = []
        reported, coming = dict(self.put[: self.stored]), dict(self.put)
        for name in {*self.certain, *coming, *held}:
            allowed = {self.certain.get(name)}
            if name in reported:
                allowed = {reported[name]}
            elif name in coming:
                allowed.add(coming[name])
            if name in self.gone:
                allowed.add(None)
            if held.get(name) not in allowed:
                wrong.append(f"{name} is at version {held.get(name)}, allowed {allowed}")
        there = {name in held for name in self.gone}
        return wrong + (["a removal was half done"] if len(there) > 1 else [])

    def _after(self) -> Held:
        return dict(self.put) if self.put else self.certain


def read(log: Path, before: Held, exists: bool) -> Expected:
    """What the log of one writer tells, who found `before`."""
    expected = Expected(dict(before), exists=exists)
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
        _take(expected, json.loads(line))
    return expected


def _take(expected: Expected, line: dict[str, Any]) -> None:
    if "op" in line:
        expected.put = [(name, version) for name, version in line["put"]]
        expected.gone, expected.stored = set(line.get("gone", ())), 0
        expected.at_once = line["op"] in ("build", "rebuild")
    elif "stored" in line:
        expected.stored = line["stored"]
    elif "done" in line:
        expected.exists = True
        expected.changes += 1
        expected.certain = (
            expected._after()
            if expected.at_once
            else {n: v for n, v in {**expected.certain, **dict(expected.put)}.items() if n not in expected.gone}
        )
        expected.put, expected.gone, expected.stored, expected.at_once = [], set(), 0, False
    elif "full" in line:
        expected.full = True
    else:
        expected.errors.append(line["error"])
