"""How the page is served."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import InputError
from rag.page.access import Login

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What the options of app.py say, checked."""

    host: str = "127.0.0.1"
    login: Login | None = None
    shared_at: str | None = None  # the name that a tunnel leads here from
    allow_add: bool | None = None  # whether programs may add articles; None: only on this machine
    max_waiting: int = 64  # questions; more are refused, as at 0.3 s each the last would wait 20 s
    max_upload_mb: int = 50  # of a file, or of the body of any other request
    mcp: bool = False  # whether language models' clients are answered at /mcp

    def __post_init__(self) -> None:
        for name in ("max_waiting", "max_upload_mb"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 1 or more")

    @property
    def only_here(self) -> bool:
        """Whether nobody on another machine can reach the server."""
        return self.host in LOOPBACK and self.shared_at is None

    @property
    def may_add(self) -> bool:
        return self.only_here if self.allow_add is None else self.allow_add

    @property
    def names(self) -> tuple[str, ...]:
        """The host names that the server answers to; none: any.

        A site elsewhere whose name is made to point here must not read the answers. On other addresses the names by
        which people know this machine cannot be foreseen.
        """
        if self.host not in LOOPBACK:
            return ()
        here = ("127.0.0.1", "localhost", "[::1]")  # as browsers name them
        return (*here, self.shared_at) if self.shared_at else here

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * 1024 * 1024
