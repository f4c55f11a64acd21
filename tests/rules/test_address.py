from __future__ import annotations

import pytest

from rules.address import path_glob
from rules.problem import ReadingError


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("/to/{slug}/{slug}", "under one name"),
        ("/to/{country}{city}", "where one piece ends"),
        ("https://shop.example/to/{slug}", "a whole address"),
    ],
)
def test_captures_must_be_told_apart(written: str, says: str) -> None:
    with pytest.raises(ReadingError, match=says):
        path_glob(written)


@pytest.mark.parametrize(
    "written", ["/to/{slug}", "/{country}/{city}", "/{a}-{b}", "/*/product/{id}/*", "*{page}.html"]
)
def test_a_path_may_catch_some_of_its_pieces(written: str) -> None:
    assert path_glob(written) == written
