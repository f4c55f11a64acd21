"""How much of all pages together is held back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.middleware.hold import FREE, Held, Room


def test_the_first_bytes_of_every_page_need_no_room() -> None:
    assert Held(Room(0)).fits(FREE)
    assert not Held(Room(0)).fits(FREE + 1)


def test_what_is_refused_takes_no_room() -> None:
    room = Room(100)
    assert not Held(room).fits(FREE + 101)
    assert room.left == 100


def test_a_page_that_was_announced_takes_its_room_once() -> None:
    room = Room(100)
    held = Held(room)
    assert held.fits(FREE + 100)
    assert held.fits(FREE + 50 + 50)
    assert room.left == 0


def test_a_page_keeps_the_room_that_was_taken_for_its_length_while_it_comes() -> None:
    room = Room(100)
    held = Held(room)
    assert held.fits(FREE + 100)
    for part in range(0, FREE + 100, 999):
        assert held.fits(part)
        assert room.left == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, FREE + 2000))))
def test_the_room_never_gets_negative_and_comes_back_whole(asked: list[tuple[int, int]]) -> None:
    room = Room(3000)
    pages = [Held(room) for _ in range(4)]
    for number, size in asked:
        pages[number].fits(size)
        assert 0 <= room.left <= 3000
    for page in (*pages, *pages):
        page.close()
    assert room.left == 3000


def test_a_page_is_joined_in_the_order_of_its_parts() -> None:
    held = Held(Room(0))
    for part in (b"a", b"", b"bc"):
        held.add(part)
    assert (held.size, held.joined(), held.parts) == (3, b"abc", [])
