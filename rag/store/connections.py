"""Connections to the SQLite file of a store."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path


def connected(path: Path) -> sqlite3.Connection:
    """A connection to a file; where nothing may be written beside it, one that can only read."""
    try:
        return _connection(str(path), "PRAGMA journal_mode = WAL")  # readers go on while one writes
    except sqlite3.OperationalError:
        if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
            raise
    address = path.resolve().as_uri()
    log = _log(path)
    if log.exists() and log.stat().st_size:
        return _connection(f"{address}?mode=ro", "PRAGMA query_only = ON")
    # Without its log SQLite cannot follow a writer, and reads such a file only as one that stays as it is.
    return _connection(f"{address}?immutable=1", "PRAGMA query_only = ON")


def beside(path: Path) -> sqlite3.Connection | None:
    """One more connection to a file that is open, to read; None where there can be none.

    Without its log the file alone would be older: it may just be being removed, as another generation has taken its
    place, and its store goes on with what it has open.
    """
    if not _log(path).exists():
        return None
    with suppress(sqlite3.Error):
        return _connection(f"{path.as_uri()}?mode=rw", "PRAGMA query_only = ON")  # rw makes no new file
    return None


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _connection(address: str, mode: str) -> sqlite3.Connection:
    uri = address.startswith("file:")
    db = sqlite3.connect(address, timeout=5, isolation_level=None, check_same_thread=False, uri=uri)
    try:
        db.execute(mode)
        db.execute("PRAGMA synchronous = FULL")  # what was reported stored survives a power cut
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the file
    except sqlite3.Error:
        db.close()
        raise
    return db
