"""What counts as the address of a proxy, and what of it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.proxy import is_proxy, passwords_in, shown_proxy, with_scheme


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "http://127.0.0.1:3128",
        "HTTP://[::1]:3128",
        "https://proxy.example:3128",
        "socks5h://u:p@proxy.example:1080/",
        "http://u:@h:1",
        "http://u:p%40w@h:1",
        "http://bücher.example:1",
    ],
)
def test_addresses_of_proxies(text: str) -> None:
    assert is_proxy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:3128",
        "u:p@127.0.0.1:3128",
        "http://127.0.0.1",
        "http://:3128",
        "http://u:p@:3128",
        "http://u@h:1",
        "http://u:%ff@h:1",
        "ftp://h:1",
        "http://h:x",
        "http://h:0",
        "http://h:99999",
        "http://h:1/path",
        "http://h:1?query",
        "http://h:1#fragment",
        "http://[:1",
        "http://h:1\n",
        "http://a b:1",
        "http://a..b:1",
        f"http://{'ü' * 64}:1",
    ],
)
def test_what_is_no_proxy(text: str) -> None:
    assert not is_proxy(text)


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("http://me:hunter2@proxy.example:3128", "http://proxy.example:3128"),
        ("http://me:hunter2@:3128", "http://:3128"),
        ("http://me:hunt@er2@h:1", "http://h:1"),
        ("http://me:hunt/er2@h:1", "http://h:1"),
        ("http://me:hunt#er2@h:1", "http://h:1"),
        ("me:hunter2@h:1", "h:1"),
        ("me:hunt://er2@h:1", "h:1"),
        ("http://[me:hunter2@h:1", "http://h:1"),
    ],
)
def test_a_proxy_is_shown_without_what_stands_before_the_at(proxy: str, shown: str) -> None:
    assert shown_proxy(proxy) == shown


@given(before=st.text(), host=st.from_regex(r"[a-z.]+:[0-9]+", fullmatch=True))
def test_nothing_before_the_at_is_shown_but_the_scheme(before: str, host: str) -> None:
    assert shown_proxy(f"http://{before}@{host}") == f"http://{host}"


@pytest.mark.parametrize(
    ("proxy", "passwords"),
    [
        ("http://proxy.example:3128", ()),
        ("http://me@proxy.example:3128", ()),
        ("http://me:hunter2@proxy.example:3128", ("hunter2",)),
        ("me:hunter2@127.0.0.1:3128", ("hunter2",)),
        ("http://me:h%40nter@h:1", ("h%40nter", "h@nter")),
        ("http://me:h@nt:er@h:1", ("h@nt:er",)),
    ],
)
def test_the_password_is_found_as_written_and_as_meant(proxy: str, passwords: tuple[str, ...]) -> None:
    assert passwords_in(proxy) == passwords


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("127.0.0.1:3128", "http://127.0.0.1:3128"),
        ("me:hunter2@h:1", "http://me:hunter2@h:1"),
        ("localhost:1", "http://localhost:1"),
        ("socks5://h:1", "socks5://h:1"),
        ("ftp://h:1", "ftp://h:1"),
    ],
)
def test_a_scheme_is_put_where_there_is_none(text: str, whole: str) -> None:
    assert with_scheme(text) == whole
