"""From the origin's page to the visitor's."""

from __future__ import annotations

import gzip

from edge.middleware.personalize import Personalize
from tests.asgi import Page, ask
from tests.edge.middleware.site import BODY, EDITED, HERO, PHONE, Make, Wrap, run


def test_a_visitor_gets_the_variant_in_the_slot_and_the_origins_bytes_elsewhere(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=HERO))
    assert run(ask(app, "/", PHONE)).body == EDITED
    assert run(ask(app, "/")).body == BODY


def test_the_length_is_that_of_the_edited_page(edition: Make, wrap: Wrap) -> None:
    page = Page(BODY, ((b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(BODY))))
    assert run(ask(wrap(page, edition(hero=HERO)), "/", PHONE)).field("content-length") == [str(len(EDITED))]


def test_a_compressed_page_is_edited_and_compressed_again(edition: Make, wrap: Wrap) -> None:
    filler = b"<!--" + b"x" * 2000 + b"-->"
    page = Page(
        gzip.compress(BODY + filler),
        ((b"content-type", b"text/html; charset=utf-8"), (b"content-encoding", b"gzip")),
    )
    said = run(ask(wrap(page, edition(hero=HERO)), "/", PHONE, ("Accept-Encoding", "gzip, br")))
    assert page.asked("accept-encoding") == ["gzip"]
    assert said.field("content-encoding") == ["gzip"]
    assert gzip.decompress(said.body) == EDITED + filler


def test_a_visitor_without_gzip_gets_the_edited_page_plain(edition: Make, wrap: Wrap) -> None:
    page = Page(gzip.compress(BODY), ((b"content-type", b"text/html; charset=utf-8"), (b"content-encoding", b"gzip")))
    said = run(ask(wrap(page, edition(hero=HERO)), "/", PHONE))
    assert (said.body, said.field("content-encoding")) == (EDITED, [])


def tag_of(app: Personalize, *fields: tuple[str, str]) -> str:
    """The validator of the page that a visitor gets."""
    return run(ask(app, "/", *fields)).field("etag")[0]


def test_the_same_page_for_the_same_visitor_has_the_same_validator_on_every_worker(edition: Make, wrap: Wrap) -> None:
    one, other = wrap(Page(BODY), edition(hero=HERO)), wrap(Page(BODY), edition(hero=HERO))
    assert tag_of(one, PHONE) == tag_of(one, PHONE) == tag_of(other, PHONE)


def test_another_page_another_variant_another_edit_or_another_coding_has_another_validator(
    edition: Make, wrap: Wrap
) -> None:
    page = BODY + b"x" * 2000
    zipped = Page(gzip.compress(page), ((b"content-type", b"text/html; charset=utf-8"), (b"content-encoding", b"gzip")))
    rules = edition(hero=HERO)
    tags = [
        tag_of(wrap(Page(BODY), rules), PHONE),
        tag_of(wrap(Page(page), rules), PHONE),
        tag_of(wrap(zipped, rules), PHONE, ("Accept-Encoding", "gzip")),
        tag_of(wrap(Page(page.replace(b"id=hero", b"id=nero")), rules), PHONE),
        tag_of(wrap(Page(page), edition(hero=HERO.replace("<b>", "<i>").replace("</b>", "</i>"))), PHONE),
    ]
    assert len(set(tags)) == len(tags)


def test_a_compressed_page_and_the_same_page_plain_have_one_validator_where_the_visitor_gets_the_same_bytes(
    edition: Make, wrap: Wrap
) -> None:
    html = (b"content-type", b"text/html; charset=utf-8")
    zipped = Page(gzip.compress(BODY), (html, (b"content-encoding", b"gzip")))
    assert tag_of(wrap(zipped, edition(hero=HERO)), PHONE) == tag_of(
        wrap(Page(BODY, (html,)), edition(hero=HERO)), PHONE
    )
