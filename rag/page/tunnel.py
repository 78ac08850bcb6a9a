"""A tunnel from the internet to the page's server, for those who ask for one; everything else of ours stays offline."""

from __future__ import annotations

import contextlib
import io
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

from rag.errors import InputError


@contextlib.contextmanager
def tunnel(host: str, port: int) -> Iterator[str]:
    """The public address that leads here as long as the context lasts.

    Raises:
        InputError: Gradio's tunnel service cannot be reached, or its program does not start.
    """
    import httpx
    from gradio import networking, tunneling

    try:
        address = networking.setup_tunnel(host, port, secrets.token_urlsafe(32), None, None)
    except (RuntimeError, ValueError, OSError, httpx.HTTPError) as error:
        raise InputError(f"cannot open a tunnel ({error}); leave out --share or connect to the internet") from error
    try:
        yield address
    finally:
        with contextlib.redirect_stdout(io.StringIO()):  # gradio says there that it ends one
            for one in tunneling.CURRENT_TUNNELS:
                one.kill()


def host_of(address: str) -> str:
    """The host name in an address."""
    return urlsplit(address).hostname or ""
