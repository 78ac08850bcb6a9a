"""`rag mcp` as a client has it: the command in a process of its own, and the protocol's own client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from conftest import ROOT, LookFor
from mcp import Client, StdioServerParameters, stdio_client
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult

from rag.answer import Answerer
from rag.index import Index
from rag.mcp import Line, mcp_server
from rag.service import Service

MEXICO = "2026-01-mexico-cartels.md"


def over_stdio(index: Path, talk: Callable[[Client], Awaitable[Any]]) -> Any:
    """What comes of talking to a freshly started `rag mcp`."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag.cli", "mcp", "--index", str(index)],
        env={"PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"},
    )

    async def run() -> Any:
        async with Client(stdio_client(server)) as client:
            return await talk(client)

    return anyio.run(run)


def in_process(index: Index, talk: Callable[[Client], Awaitable[Any]], **margins: float) -> Any:
    """The same tools over an index of fakes, without a process."""

    async def run() -> Any:
        async with Client(mcp_server(Service(Answerer(index, reader=LookFor(margins))))) as client:
            return await talk(client)

    return anyio.run(run)


def said(result: CallToolResult) -> str:
    """The message of an error, which must be one."""
    assert result.is_error
    return result.content[0].text


@pytest.mark.models
def test_a_client_asks_searches_lists_and_reads_over_stdio(seeds_folder: Path):
    async def talk(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["ask", "search", "list_articles", "get_article"]
        assert all(tool.annotations.read_only_hint for tool in tools.values())

        answer = await client.call_tool("ask", {"question": "By how much have homicides in Mexico fallen?"})
        record = answer.structured_content
        assert record == json.loads(answer.content[0].text)
        quote = record["quotes"][0]
        assert (record["answered"], quote["text"], quote["article_id"]) == (True, "40 percent", MEXICO)
        assert quote["published"] == "2026-01-10" and 0 < quote["confidence"] <= 1 and "40 percent" in quote["sentence"]

        article = (await client.call_tool("get_article", {"article_id": MEXICO})).structured_content
        assert article["text"][quote["start"] : quote["end"]] == quote["text"]
        assert article["title"] == quote["title"]

        # An error does not end the conversation.
        assert "the question is empty" in said(await client.call_tool("ask", {"question": " "}))
        assert "no article has the id 'none'" in said(await client.call_tool("get_article", {"article_id": "none"}))
        assert "Unknown tool" in said(await client.call_tool("shell", {"command": "ls"}))

        hits = await client.call_tool(
            "search", {"question": "who pays", "k": 3, "sources": ["the saltmarsh MERCURY (fictional)"]}
        )
        assert len(hits.structured_content["hits"]) == 3
        assert all(hit["article_id"].startswith("harrow-bay") for hit in hits.structured_content["hits"])
        elsewhere = {"question": "By how much have homicides in Mexico fallen?", "until": "1999-12-31"}
        assert (await client.call_tool("ask", elsewhere)).structured_content["answered"] is False
        listed = (await client.call_tool("list_articles", {"words": "RAFAH mexico"})).structured_content
        assert listed["total"] == 0
        assert (await client.call_tool("list_articles", {})).structured_content["total"] == 20

    over_stdio(seeds_folder, talk)


@pytest.mark.models
def test_standard_output_holds_the_protocol_and_nothing_else(seeds_folder: Path):
    ask = {"name": "ask", "arguments": {"question": "In whose bakery did the Great Fire begin?"}}
    opening = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": opening},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": ask},
    ]
    command = [sys.executable, "-m", "rag.cli", "mcp", "--index", str(seeds_folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        process.stdin.write("no JSON at all\n" + "".join(json.dumps(line) + "\n" for line in lines))
        process.stdin.flush()
        replies = {}
        while 2 not in replies:
            reply = json.loads(process.stdout.readline())
            replies[reply.get("id")] = reply
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (0, "", "")
    quote = replies[2]["result"]["structuredContent"]["quotes"][0]
    assert "Farriner" in quote["text"] or "Farynor" in quote["text"]


def test_a_missing_index_is_one_line(tmp_path: Path):
    command = [sys.executable, "-m", "rag.cli", "mcp", "--index", str(tmp_path / "none")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: there is no index in ") and done.stderr.count("\n") == 1


def test_every_argument_is_typed_and_described(town: Index):
    async def talk(client: Client) -> None:
        for tool in (await client.list_tools()).tools:
            for name, schema in tool.input_schema["properties"].items():
                assert schema.get("description"), f"{tool.name}({name})"
                assert "type" in schema or "anyOf" in schema, f"{tool.name}({name})"
            assert tool.output_schema["properties"], tool.name
            assert tool.description

    in_process(town, talk)


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": 7}, "question"),
        ("ask", {"question": "why " * 2_500}, "at most 1,000"),
        ("ask", {"question": "who?", "since": "last week"}, "since"),
        ("ask", {"question": "who?", "articles": ["none"]}, "no article has the id 'none'"),
        ("ask", {"question": "who?", "source": "Herald"}, "takes no 'source'; wanted some of: question, articles"),
        ("ask", {"question": "who?", "sources": ["Herald"]}, "no article is from 'Herald'"),
        ("ask", {"question": "who?", "since": "2026-02-01", "until": "2026-01-01"}, "comes after until 2026-01-01"),
        ("search", {"question": "who?", "k": 0}, "greater than or equal to 1"),
        ("search", {"question": "who?", "k": 1_000_000}, "less than or equal to 100"),
        ("get_article", {"article_id": "bridge", "start": 10_000}, "the text has 64 characters"),
        ("list_articles", {"most": -1}, "most"),
    ],
)
def test_a_bad_call_says_what_was_wanted(town: Index, tool: str, arguments: dict[str, Any], told: str):
    async def talk(client: Client) -> str:
        return said(await client.call_tool(tool, arguments))

    assert told in in_process(town, talk)


def test_a_crash_in_a_tool_tells_nothing_of_its_insides(town: Index, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(town, "search", broken)

    async def talk(client: Client) -> str:
        return said(await client.call_tool("search", {"question": "who?"}))

    assert in_process(town, talk) == "Error executing tool search"


def test_an_article_is_read_in_parts_that_join_to_its_text(town: Index):
    whole = town.article("bridge").text

    async def talk(client: Client) -> str:
        text, length = "", 1
        while len(text) < length:
            arguments = {"article_id": "bridge", "start": len(text), "most_chars": 10}
            part = (await client.call_tool("get_article", arguments)).structured_content
            assert (part["start"], part["end"]) == (len(text), min(len(text) + 10, len(whole)))
            text, length = text + part["text"], part["length"]
        return text

    assert in_process(town, talk) == whole


def test_a_filter_of_articles_reaches_the_search(town: Index):
    async def talk(client: Client) -> list[str]:
        found = await client.call_tool("search", {"question": "bridge", "articles": ["ferry"]})
        return [hit["article_id"] for hit in found.structured_content["hits"]]

    assert in_process(town, talk) == ["ferry"]


def test_calls_that_wait_take_no_threads_from_the_page_and_are_refused_when_they_are_many():
    line, answered = Line(1, 3), threading.Event()
    results: list[object] = []

    async def call() -> None:
        try:
            results.append(await line.run(lambda: answered.wait(30)))
        except ToolError as error:
            results.append(str(error))

    async def run() -> float:
        async with anyio.create_task_group() as group:
            for _ in range(9):
                group.start_soon(call)
            while len(results) < 5:
                await anyio.sleep(0.01)
            taken = anyio.to_thread.current_default_thread_limiter().borrowed_tokens
            answered.set()
        return taken

    taken = anyio.run(run)
    assert results == ["4 calls are being answered or waiting already; call again in a while"] * 5 + [True] * 4
    assert taken == 0
