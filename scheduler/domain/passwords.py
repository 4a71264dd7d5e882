"""Passwords: which are taken, and how they are kept and compared (argon2id). Pure."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scheduler.errors import Invalid, Problem

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200

_hasher = PasswordHasher()
# Compared with when there is no such account, so that both answers take the same time.
_DECOY = _hasher.hash(secrets.token_urlsafe(16))


def check_password(password: str) -> None:
    """Raises Invalid for a password that is too short, too long, or one character repeated."""
    if len(password) < SHORTEST_PASSWORD or len(set(password)) < 4:
        raise Invalid([Problem("password", "password.weak", {"shortest": SHORTEST_PASSWORD})])
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(
            [Problem("password", "field.too_long", {"longest": LONGEST_PASSWORD, "length": len(password)})]
        )


def hash_password(password: str) -> str:
    """The salted hash that is stored."""
    return _hasher.hash(_octets(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the hashed password. None, of no account, takes as long and never is."""
    try:
        return _hasher.verify(password_hash or _DECOY, _octets(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _octets(password: str) -> bytes:
    """Any text can be a password, or be tried as one; never more of it than is hashed in a moment."""
    return password[: LONGEST_PASSWORD + 1].encode(errors="surrogatepass")
