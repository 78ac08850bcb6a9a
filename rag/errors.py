"""What can go wrong, as one small tree.

    RagError                 everything that this library raises on purpose
    ├── InputError           a question, an argument or a file that cannot be used
    ├── IndexMissing         there is no index where one was looked for
    ├── IndexMismatch        an index made with other models or settings than those asked for
    ├── IndexDamaged         the stored index fails its own checks
    ├── IndexBusy            another process is writing to the index
    ├── IndexNotWritten      the disk is full or refuses to be written to; what was stored before is unchanged
    └── ModelError           a model or vocabulary that is missing, damaged or of the wrong kind

Each message says what was found, what was wanted and what to do next, in one line.
"""


class RagError(Exception):
    """The base of every error raised on purpose; its text is meant for the user."""


class InputError(RagError):
    """A question, an argument or a file that cannot be used."""


class IndexMissing(RagError):
    """There is no index where one was looked for."""


class IndexMismatch(RagError):
    """The index was made with other models or settings than those asked for."""


class IndexDamaged(RagError):
    """The stored index fails its own checks and cannot mend itself."""


class IndexBusy(RagError):
    """Another process is writing to the index."""


class IndexNotWritten(RagError):
    """The disk is full or refuses to be written to; what was stored before is unchanged."""


class ModelError(RagError):
    """A model or vocabulary is missing, damaged or of the wrong kind."""
