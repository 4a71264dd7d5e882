"""Random secrets: in feed addresses, sign-ins and API tokens."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_OCTETS = 32


def new_token() -> str:
    """256 random bits, URL-safe: 43 characters, shown once and never stored."""
    return secrets.token_urlsafe(TOKEN_OCTETS)


def hash_token(token: str) -> str:
    """What is stored in place of the token: its SHA-256, 64 hexadecimal digits, for any text at all.

    No salt and no slow hash: they slow the guessing of passwords that people choose, and nobody guesses 256
    random bits. No comparison in constant time: a row is looked up by this hash in an index, and what the
    timing could tell of a stored hash is of no use without a token that hashes to it.
    """
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - no 0/o or 1/i/l: it may be typed off paper


def new_password() -> str:
    """A password for somebody to type: four groups of four letters, 79 random bits."""
    groups = ("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
