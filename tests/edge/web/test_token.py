"""What the edge has said comes back unchanged, or is not believed."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from string import ascii_letters, digits

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.web.token import LONGEST, Keys, Opened, TooLongError

SECRET, OLD = b"a secret of this site, long enough", b"the secret that it had before, too"
NOW = 1_795_345_200.5
PREVIEW = Keys([SECRET], "preview")
BODY = {"variants": {"hero": "rain"}, "n": 7, "signals": ["weather=rain"]}


def token(seconds: int = 60) -> str:
    return PREVIEW.seal(BODY, NOW, seconds)


def signed(payload: bytes, written: str = "") -> str:
    """A token with this payload and a right MAC, as only who has the key could make."""
    text = written or urlsafe_b64encode(payload).rstrip(b"=").decode()
    start = f"1.{token().split('.')[1]}.{text}"
    key = hmac.digest(SECRET, b"windsock token 1 preview", hashlib.sha256)
    return f"{start}.{urlsafe_b64encode(hmac.digest(key, start.encode(), 'sha256')).rstrip(b'=').decode()}"


def test_what_was_sealed_is_opened() -> None:
    assert PREVIEW.open(token(), NOW) == Opened(BODY, int(NOW), int(NOW) + 60)


def test_the_text_is_version_key_payload_and_mac() -> None:
    version, key, payload, mac = token().split(".")
    assert (version, len(key), len(mac)) == ("1", 8, 43)
    assert orjson.loads(urlsafe_b64decode(payload + "==")) == {"body": BODY, "iat": int(NOW), "exp": int(NOW) + 60}


@pytest.mark.parametrize(
    ("later", "told"), [(0, True), (59, True), (60, False), (10**6, False), (-50, True), (-62, False)]
)
def test_it_is_believed_from_when_it_was_said_until_it_expires(later: float, told: bool) -> None:
    opened = PREVIEW.open(token(), NOW + later)
    assert isinstance(opened, Opened) if told else opened == "expired"


def test_a_key_that_was_replaced_still_verifies_and_one_that_was_taken_out_does_not() -> None:
    of_before = Keys([OLD], "preview").seal(BODY, NOW, 60)
    assert isinstance(Keys([SECRET, OLD], "preview").open(of_before, NOW), Opened)
    assert Keys([SECRET], "preview").open(of_before, NOW) == "forged"
    assert Keys([SECRET, OLD], "preview").seal(BODY, NOW, 60) == token()


def test_what_was_signed_for_one_purpose_is_nothing_for_another() -> None:
    assert Keys([SECRET], "decision").open(token(), NOW) == "forged"


@given(st.data())
def test_no_character_can_be_changed(data: st.DataObject) -> None:
    good = token()
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.sampled_from(ascii_letters + digits + "-_.=~ \n\x00é"))
    changed = good[:at] + other + good[at + 1 :]
    assert changed == good or PREVIEW.open(changed, NOW) in ("malformed", "forged")


@given(st.text(max_size=200) | st.from_regex(r"1\.[\w-]{8}\.[\w-]{2,60}\.[\w-]{43}", fullmatch=True))
def test_every_text_gets_an_answer(text: str) -> None:
    assert PREVIEW.open(text, NOW) in ("malformed", "forged")


@pytest.mark.parametrize("more", ["", "=", "\n", " ", ".", "A" * LONGEST["preview"]])
def test_a_longer_or_shorter_text_is_another_one(more: str) -> None:
    assert PREVIEW.open((token() + more) if more else token()[:-1], NOW) in ("malformed", "forged")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"body":{},"exp":2000000000,"iat":1,"x":1}',
        b'{"body":{"a":NaN},"exp":2000000000,"iat":1}',
        b'{"body":{},"exp":2e9,"iat":1}',
        b'{"body":{},"exp":true,"iat":1}',
        b'{"body":{},"exp":-1,"iat":1}',
        b'{"body":{},"exp":99999999999999999999,"iat":1}',
        b'{"body":[],"exp":2000000000,"iat":1}',
        b'{"exp":2000000000,"iat":1}',
        b"[1]",
        b"null",
        b"{",
        b"\xff\xff",
        b"[" * 1500,
    ],
)
def test_even_with_a_right_mac_what_is_no_token_is_not_read(payload: bytes) -> None:
    assert PREVIEW.open(signed(payload), NOW) == "malformed"


@pytest.mark.parametrize("part", [2, 3], ids=["payload", "mac"])
def test_slack_bits_make_no_second_token(part: int) -> None:
    parts = token().split(".")
    assert len(parts[part]) % 4, "the example has slack bits"
    parts[part] = parts[part][:-1] + chr(ord(parts[part][-1]) + 1)
    assert urlsafe_b64decode(parts[part] + "==") == urlsafe_b64decode(token().split(".")[part] + "==")
    assert PREVIEW.open(".".join(parts), NOW) == "forged"


def test_its_mac_is_the_one_of_rfc_2104() -> None:
    payload = urlsafe_b64decode(token().split(".")[2] + "==")
    assert signed(payload) == token()


def test_what_does_not_fit_is_not_sealed() -> None:
    with pytest.raises(TooLongError, match=f"{LONGEST['preview']} fit"):
        PREVIEW.seal({"x": "x" * LONGEST["preview"]}, NOW, 60)


def test_its_repr_shows_no_key() -> None:
    assert "secret" not in repr(PREVIEW)
