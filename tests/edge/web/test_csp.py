"""What a page's security policies allow of ours."""

from __future__ import annotations

import pytest

from edge.web.csp import forbids

NAME = b"content-security-policy"


def verdict(*policies: str, in_page: tuple[str, ...] = (), host: str = "shop.example") -> str:
    headers = tuple((NAME, policy.encode()) for policy in policies)
    return forbids(headers, in_page, host, "/_windsock/w.js", "/_windsock/beacon")


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "script-src 'self'",
        "default-src 'self'",
        "DEFAULT-SRC 'SELF'",
        "script-src * ; connect-src *",
        "script-src https: http:",
        "default-src 'none'; script-src 'self'; connect-src 'self'",
        "default-src 'none'; script-src-elem 'self'; connect-src 'self'; script-src 'none'",
        "script-src https://shop.example; connect-src shop.example",
        "script-src *.example; connect-src https://*:*",
        "script-src shop.example/_windsock/ 'nonce-abc'",
        "script-src https://shop.example/_windsock/w.js",
        "script-src 'self'; script-src 'none'",
        "style-src 'none'; img-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        "sandbox allow-scripts allow-same-origin allow-forms",
        "script-src-attr 'none'",
    ],
)
def test_a_policy_that_lets_the_site_run_its_own_files_and_speak_to_itself_forbids_nothing(policy: str) -> None:
    assert verdict(policy) == ""
    assert verdict(in_page=(policy,)) == ""


@pytest.mark.parametrize(
    ("policy", "forbidden"),
    [
        ("script-src 'none'", "script"),
        ("script-src", "script"),
        ("default-src 'none'", "script"),
        ("script-src https://cdn.example", "script"),
        ("script-src 'nonce-abc'", "script"),
        ("script-src 'self' 'nonce-abc' 'strict-dynamic'", "script"),
        ("script-src 'sha256-abc='", "script"),
        ("script-src 'self'; script-src-elem 'none'", "script"),
        ("script-src shop.example/js/", "script"),
        ("script-src *.shop.example", "script"),
        ("script-src shop.example:8443", "script"),
        ("script-src data: blob:", "script"),
        ("script-src wss://shop.example", "script"),
        ("script-src 'self'; connect-src 'none'", "connect"),
        ("script-src 'self'; default-src 'none'", "connect"),
        ("connect-src https://api.example", "connect"),
        ("connect-src /_windsock/beacon", "connect"),
    ],
)
def test_a_policy_that_forbids_the_file_or_what_it_sends_is_heeded_wherever_it_stands(
    policy: str, forbidden: str
) -> None:
    assert verdict(policy) == forbidden
    assert verdict(in_page=(policy,)) == forbidden


def test_one_policy_that_forbids_is_enough_in_whichever_field_it_is() -> None:
    assert verdict("script-src 'self'", "script-src 'none'") == "script"
    assert verdict("script-src 'self', connect-src 'none'") == "connect"
    assert verdict("script-src 'self'", in_page=("default-src 'none'",)) == "script"


@pytest.mark.parametrize("words", ["", "allow-scripts", "allow-same-origin allow-forms"])
def test_a_sandbox_forbids_it_unless_scripts_and_the_sites_own_name_are_allowed(words: str) -> None:
    assert verdict(f"sandbox {words}") == "sandbox"


def test_a_sandbox_in_the_page_itself_is_ignored_as_browsers_do() -> None:
    assert verdict(in_page=("sandbox",)) == ""


def test_a_policy_that_only_reports_forbids_nothing() -> None:
    headers = ((b"content-security-policy-report-only", b"default-src 'none'"),)
    assert forbids(headers, (), "shop.example", "/w.js", "/beacon") == ""


def test_a_port_counts_where_it_is_named() -> None:
    assert verdict("script-src shop.example:8443", host="shop.example:8443") == ""
    assert verdict("script-src shop.example", host="shop.example:8443") == "script"
    assert verdict("script-src shop.example:*", host="shop.example:8443") == ""
    assert verdict("script-src shop.example:443", host="shop.example") == ""
    assert verdict("script-src http://[::1]:80", host="[::1]") == ""
