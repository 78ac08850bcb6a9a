import asyncio

from rag.page.headers import HEADERS, SecurityHeaders


def responses(scope_type: str) -> list[dict]:
    sent: list[dict] = []

    async def app(scope, receive, send):
        await send({"type": f"{scope_type}.response.start", "status": 200, "headers": [(b"x", b"1")]})
        await send({"type": f"{scope_type}.response.body", "body": b"hello", "more_body": False})

    async def receive():
        return {}

    async def send(message):
        sent.append(message)

    asyncio.run(SecurityHeaders(app)({"type": scope_type}, receive, send))
    return sent


def test_every_response_gets_the_headers_and_keeps_its_own():
    start, body = responses("http")
    names = dict(start["headers"])
    assert names[b"x"] == b"1"
    assert names.keys() >= {name.encode() for name in HEADERS}
    assert body["body"] == b"hello"


def test_other_messages_pass_unchanged():
    assert responses("websocket")[0]["headers"] == [(b"x", b"1")]


def test_the_policy_names_no_other_host():
    policy = HEADERS["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy and "*" not in policy
