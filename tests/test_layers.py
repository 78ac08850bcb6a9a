"""Imports run one way: a module may import only from rooms before its own."""

import ast
from pathlib import Path

import pytest
from conftest import ROOT

ROOMS = (
    ("types", "errors", "settings", "metrics", "wanted"),
    ("tokens", "models", "sentences", "span_costs"),
    ("spans", "openvino_bert"),
    ("second_look", "windows", "reader_weights"),
    ("articles", "chunks", "weights"),
    ("embeddings",),
    ("store",),
    ("retrieve", "generations", "pace"),
    ("ingest",),
    ("update",),
    ("rebuild", "status", "verify"),
    ("serving",),
    ("index",),
    ("read",),
    ("confidence",),
    ("answer",),
    ("followup", "smalltalk", "cite"),
    ("chat",),
    ("output", "terminal", "meter", "index_output", "feedback"),
    ("inputs", "records", "indexing"),
    ("service",),
    ("mcp",),
    ("page",),
    ("question_files",),
    ("evaluate", "train", "filter_options"),
    ("index_commands",),
    ("cli",),
)
PLACE = {name: place for place, room in enumerate(ROOMS) for name in room}
MODULES = sorted(path for path in (ROOT / "rag").rglob("*.py") if path != ROOT / "rag" / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(ROOT / "rag").parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """Rooms of rag that a file imports anywhere in it, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "rag" else [node.module]
            assert node.level == 0, f"{path}: relative import"
        found |= {name.split(".")[1] for name in names if name.startswith("rag.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path: Path):
    here = room(path)
    for other in imported_rooms(path) - {here}:
        assert PLACE[other] < PLACE[here] or (other, here) in SAME_ROOM, f"{here} imports {other}"


# Within a room these few lean on each other, one way.
SAME_ROOM = {("errors", "settings")}


def test_the_list_of_rooms_is_the_list_of_files():
    assert {room(path) for path in MODULES} == set(PLACE)


def test_the_walk_sees_an_import_inside_a_function(tmp_path: Path):
    (tmp_path / "x.py").write_text(
        "def f():\n    from rag import chunks\n    import rag.cli\n    from rag.store.local import X\n"
    )
    assert imported_rooms(tmp_path / "x.py") == {"chunks", "cli", "store"}
