from __future__ import annotations

import re

from scheduler.domain.tokens import hash_token, new_password, new_token


def test_a_token_has_256_bits_and_fits_an_address() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_the_hash_is_sha256_of_any_text() -> None:
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len({hash_token(text) for text in ("", "同堂", "\ud800", "\udcff")}) == 4


def test_a_password_has_79_bits_and_can_be_typed_off_paper() -> None:
    passwords = {new_password() for _ in range(1000)}
    assert len(passwords) == 1000
    assert all(re.fullmatch(r"([a-hj-kmnp-z2-9]{4}-){3}[a-hj-kmnp-z2-9]{4}", word) for word in passwords)
