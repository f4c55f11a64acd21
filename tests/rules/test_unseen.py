from __future__ import annotations

import pytest

from rules.unseen import unseen


@pytest.mark.parametrize("character", ["\u00a0", "\u202f", "\u200b", "\u2060", "\ufeff", "\u00ad"])
def test_what_nobody_sees_is_named_by_its_number(character: str) -> None:
    told = unseen(f"mobile{character}", ("when", "device"))
    assert told is not None
    assert f"`mobile` holds a {'space' if character.isspace() else 'character'}" in told[0]
    assert f"U+{ord(character):04X}" in told[0]


def test_texts_of_pages_may_hold_it() -> None:
    assert unseen("10\u00a0km", ("variants", "b", "text")) is None
    assert unseen("10\u00a0km", ("variants", "b", "set", "alt")) is None


def test_letters_of_any_script_are_seen() -> None:
    assert unseen("Ísafjörður 京都 می‌خواهم 👩‍💻") is None
