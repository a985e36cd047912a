"""How a bucket is named and where its credentials are read: what is taken, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernix.errors import KeeperFailed, UsageError
from vernix.gateway.bucket import CREDENTIALS_FILE, Bucket, read_credentials

SECRET = "wJalrXUtnFEMI-secret"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}


@pytest.mark.parametrize(
    ("url", "bucket"),
    [
        ("s3://bodies", Bucket("bodies", "", None, "us-east-1")),
        ("s3://bodies/", Bucket("bodies", "", None, "us-east-1")),
        ("s3://bodies/a/b?region=ca-central-1", Bucket("bodies", "a/b", None, "ca-central-1")),
        (
            "s3://bodies/x?endpoint=https://s3.example.org:9000/&region=r",
            Bucket("bodies", "x", "https://s3.example.org:9000", "r"),
        ),
        (
            "s3://bodies?endpoint=http://127.0.0.1:8333",
            Bucket("bodies", "", "http://127.0.0.1:8333", "us-east-1"),
        ),
        ("s3://bodies?endpoint=http://[::1]:1", Bucket("bodies", "", "http://[::1]:1", "us-east-1")),
    ],
)
def test_addresses(url: str, bucket: Bucket) -> None:
    assert Bucket.parse(url) == bucket


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bodies",
        "https://s3.example.org/bodies",
        "s3://UPPER",
        "s3://ab",
        f"s3://AKIAEXAMPLE:{SECRET}@bodies",
        f"s3://bodies?secret={SECRET}",
        "s3://bodies?region=a&region=b",
        "s3://bodies?region=a b",
        "s3://bodies?region",
        "s3://bodies/../other",
        "s3://bodies/a//b",
        "s3://bodies#part",
        "s3://bodies?endpoint=ftp://s3.example.org",
        f"s3://bodies?endpoint=https://key:{SECRET}@s3.example.org",
        "s3://bodies?endpoint=http://s3.example.org",
        "s3://bodies?endpoint=http://10.0.0.1:9000",
        "s3://bodies?endpoint=http://127.0.0.1.example.org",
        "s3://[bodies",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        Bucket.parse(url)
    assert SECRET not in str(refused.value)


def test_credentials_are_in_the_environment_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.touch(mode=0o600)
    file.write_text(
        "[default]\naws_access_key_id = of-the-file\naws_secret_access_key = a%b\naws_session_token = t\n"
    )
    given = read_credentials(KEYS)
    assert (given.key_id, given.secret, given.token) == ("AKIAEXAMPLE", SECRET, None)
    stored = read_credentials({**KEYS, CREDENTIALS_FILE: str(file)})
    assert (stored.key_id, stored.secret, stored.token) == ("of-the-file", "a%b", "t")
    assert SECRET not in repr(given)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (f"[default]\naws_access_key_id = a\naws_secret_access_key = {SECRET}\n", 0o640, "chmod 600"),
        (f"aws_secret_access_key = {SECRET}\n", 0o600, "no credentials"),
        (f"[other]\naws_access_key_id = a\naws_secret_access_key = {SECRET}\n", 0o600, "no credentials"),
        (f"[default]\n{SECRET}\n", 0o600, "no credentials"),
        ("[default]\naws_access_key_id = a\n", 0o600, "no credentials"),
    ],
)
def test_a_file_that_does_not_serve(tmp_path: Path, text: str, mode: int, said: str) -> None:
    """What the environment has does not count then: a mistake must not go unnoticed."""
    file = tmp_path / "credentials"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(UsageError) as refused:
        read_credentials({**KEYS, CREDENTIALS_FILE: str(file)})
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_without_any() -> None:
    with pytest.raises(UsageError, match="no credentials"):
        read_credentials({})
    with pytest.raises(KeeperFailed):
        read_credentials({**KEYS, CREDENTIALS_FILE: "/nowhere"})
