"""What a path over SFTP may mean: a table of good ones, and nothing else whatever a client sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.errors import VernixError
from vernix.gateway.sftp.paths import Kind, resolve

ID = "019caf1d-3000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", Kind.ROOT), ("/", Kind.ROOT), (".", Kind.ROOT), ("/..", Kind.ROOT), ("/to/..", Kind.ROOT),
        ("/inbox", Kind.INBOX), ("inbox/", Kind.INBOX), ("/receipts", Kind.RECEIPTS), ("//to//", Kind.TO),
        ("/to/registry", Kind.OUTGOING_FOLDER), ("/to/registry/.", Kind.OUTGOING_FOLDER),
        ("/to/registry/births 2026.age", Kind.OUTGOING), ("/to/registry/naissances été.age", Kind.OUTGOING),
        (f"/inbox/{ID}-0.age", Kind.INCOMING), (f"/receipts/{ID}-registry.json", Kind.RECEIPT),
    ],
)  # fmt: skip
def test_a_path_means_this(path: str, kind: Kind) -> None:
    assert resolve(path.encode()).kind is kind


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd", "/to/../../etc/passwd", "/inbox/x", f"/inbox/{ID}.age", f"/inbox/{ID}-00.age",
        f"/inbox/{ID}-999999.age", f"/receipts/{ID}.json", "/to/UPPER", "/to/-x", "/to/a/b/c", "/outbox",
        "/to/registry/a\0b", "/to/registry/a\nb", "/to/registry/..\\..\\x", "/to/é/x.age",
        "/to/registry/" + "n" * 256, "/" + "x" * 2000,
    ],
)  # fmt: skip
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(VernixError):
        resolve(path.encode())


@pytest.mark.parametrize("name", ["x.filepart", "x.age.PART", ".x.age", "x.partial", "x~", "x.tmp"])
def test_such_a_name_is_temporary(name: str) -> None:
    assert resolve(f"/to/registry/{name}".encode()).is_temporary
    assert not resolve(f"/to/registry/{name}x.age".encode()).is_temporary or name.startswith(".")


WORDS = st.sampled_from(
    [b"..", b".", b"", b"to", b"inbox", b"receipts", b"registry", b"\0", b"\\", f"{ID}-1.age".encode(), b"x"]
)


@given(st.one_of(st.binary(max_size=80), st.lists(WORDS | st.binary(max_size=5), max_size=8).map(b"/".join)))
def test_whatever_comes_is_one_of_the_shapes_or_refused(path: bytes) -> None:
    try:
        place = resolve(path)
    except VernixError:
        return
    assert resolve(place.spelled) == place, "a place has one spelling, which means the same"
    assert not {b"..", b"."} & set(place.spelled.split(b"/"))
    assert place.spelled.count(b"/") <= 3
    if place.kind is not Kind.OUTGOING:
        assert place.spelled.isascii()
    assert b"/" not in place.name
    assert not any(byte < 32 or byte in (92, 127) for byte in place.spelled)
