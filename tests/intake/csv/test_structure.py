"""What kind of text a file is: recognised, or refused with a sentence that says what to do."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from vernix.errors import DataRefused
from vernix.intake.csv.structure import MAX_ROW, survey
from vernix.intake.findings import shown
from vernix.intake.refusals import FileRefused, in_language, kind_of


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "encoding", "delimiter", "guessed"),
    [
        ("a,b\n1,é\n".encode(), "utf-8", ",", False),
        ("a,b\n1,é\n".encode("utf-8-sig"), "utf-8", ",", False),
        ("a;b\r\n1;é\r\n".encode("utf-16"), "utf-16-le", ";", False),
        (b"\xfe\xff" + "a\tb\n1\té\n".encode("utf-16-be"), "utf-16-be", "\t", False),
        ("a|b\n1|Zoé Gagné à Québec\n".encode("cp1252"), "cp1252", "|", True),
        (b"a;b\n1;3,5\n2;4,5\n", "utf-8", ";", False),
        (b"a\n1\n", "utf-8", ",", False),
    ],
)
def test_encoding_and_delimiter_are_recognised(
    tmp_path: Path, data: bytes, encoding: str, delimiter: str, guessed: bool
) -> None:
    found = survey(written(tmp_path, data))
    assert (found.encoding, found.delimiter, found.guessed) == (encoding, delimiter, guessed)


def test_a_late_accent_decides_the_encoding_of_the_whole_file(tmp_path: Path) -> None:
    data = b"a,b\n" + b"1,x\n" * 600_000 + "2,é\n".encode("cp1252")
    assert survey(written(tmp_path, data)).encoding == "cp1252"


@pytest.mark.parametrize("ahead", [0, 200_000])
def test_one_bad_byte_in_utf_8_is_refused_with_its_place(tmp_path: Path, ahead: int) -> None:
    before = b"a,b\n" + "1,Zoé\n".encode() * (ahead + 3) + b"2,x"
    with pytest.raises(FileRefused) as refused:
        survey(written(tmp_path, before + b"\xc3\x28\n" + "3,Gagné\n".encode() * 5))
    place = f"byte {len(before) + 1}, in line {ahead + 5}."
    assert refused.value.message == f"The file is in UTF-8, but not at {place}"
    assert f"octet {len(before) + 1}, à la ligne {ahead + 5}." in refused.value.french.message
    assert "UTF-8" in refused.value.hint


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp850", "mac_roman"])
def test_accents_of_other_encodings_are_still_read(tmp_path: Path, encoding: str) -> None:
    names = "1,Zoé Gagné à Québec\n2,NOËL FORÊT ÉMILE\n3,François Lefèvre, né à Nîmes\n" * 20
    assert survey(written(tmp_path, ("a,b\n" + names).encode(encoding))).guessed


def test_a_spreadsheets_sep_line_is_not_the_header(tmp_path: Path) -> None:
    found = survey(written(tmp_path, b"sep=;\r\na;b\r\n1;2\r\n"))
    assert (found.delimiter, found.preamble, found.header) == (";", 1, ("a", "b"))


def test_header_names_lose_outer_blanks_and_keep_their_case(tmp_path: Path) -> None:
    assert survey(written(tmp_path, b' Birth_Weight ,"b c"\n1,2\n')).header == ("Birth_Weight", "b c")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n  \n", "empty"),
        (b"PK\x03\x04rest", "xlsx"),
        (b"\xd0\xcf\x11\xe0rest", "xls"),
        (b"%PDF-1.7", "PDF"),
        (b"age-encryption.org/v1\n-> X25519", "sealed"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "sealed"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"MSH|^~\\&|", "HL7"),
        (b'\xef\xbb\xbf<?XML version="1.0"?>', "XML"),
        (b'{"resourceType": "Bundle"}', "JSON"),
        (b"\x7fELF\x02", "program"),
        (b"a,b\n1,2\0\n", "NUL"),
        (b"a,a\n1,2\n", "same name"),
        (b"a,A \n1,2\n", "same name"),
        (b"a,,c\n1,2,3\n", "Column 2 has no name"),
        (b"\xff\xfe\x00\x00a", "UTF-32"),
        (b"\xef\xbb\xbfa,b\n1,\xe9\n", "UTF-8"),
        (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8", "UTF-16"),
    ],
)
def test_what_is_not_a_csv_is_refused_with_its_reason(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(DataRefused) as refused:
        survey(written(tmp_path, data))
    assert said in refused.value.message
    assert refused.value.hint


class _Endless(io.RawIOBase):
    """A line that never ends; counts how much of it all readers took."""

    taken = 0

    def readable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        return place

    def read(self, size: int = -1) -> bytes:
        _Endless.taken += size
        return b"x" * size


def test_an_endless_line_is_refused_after_a_bounded_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", lambda _path, _mode: _Endless())
    with pytest.raises(DataRefused, match="longer than 1 MiB"):
        survey(tmp_path / "endless.csv")
    assert 0 < _Endless.taken < 3 * MAX_ROW


def test_a_name_is_shown_without_control_characters_and_in_one_line() -> None:
    assert shown("a\x1b[31m\nb") == "a?[31m?b"
    assert len(shown("x" * 500)) == 60


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"%PDF-1.7", b"a,,b\n", b"a,b,A\n", b"a\0,b\n", b"\0\0\0", b"a\0b\0"]
)
def test_a_refusal_is_said_in_french_too(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        survey(path)
    said = kind_of(refused.value)
    assert (said.text_en, said.text_fr) == (str(refused.value), str(in_language(refused.value, "fr")))
    assert said.text_en != said.text_fr
    assert refused.value.hint != refused.value.french.hint
