"""Two hashes a file: of its bytes, and of its code.

The code hash covers the tokens of PostgreSQL's own scanner without comments and space, so that
a comment may change and code may not. (libpg_query's fingerprint ignores constants.) The scanner
makes 200,000 Python objects of a megabyte; in a file over `LARGE` characters each statement
counts as one token: there, a comment inside a statement is code.
"""

import hashlib
from collections.abc import Sequence

LARGE = 256 * 1024


def raw_sha256(raw: bytes) -> str:
    """Return the hex sha256 of the bytes."""
    return hashlib.sha256(raw).hexdigest()


def code_sha256(text: str, statements: Sequence[str] = ()) -> str:
    """Return the hex sha256 of the code in `text`, which PostgreSQL's scanner must accept.

    `statements`, if known, saves splitting a large text again.
    """
    return hashlib.sha256("\0".join(tokens(text, statements)).encode()).hexdigest()


def other_line_ends(text: str) -> set[str]:
    """Return the text with the line ends that a checkout on another system gives it."""
    unix = text.replace("\r\n", "\n")
    return {unix, unix.replace("\n", "\r\n")} - {text}


def tokens(text: str, statements: Sequence[str] = ()) -> Sequence[str]:
    """Return the tokens of `text` as written, in order, without comments."""
    from pgproof.sql import parser

    if len(text) > LARGE:
        return statements or [text[part] for part in parser.split(text)]
    return parser.tokens(text)
