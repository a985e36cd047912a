"""Thrift's compact protocol, as far as Parquet writes its descriptions in it.

A structure becomes a dictionary by the numbers of its fields: whole numbers, truth values, lists and
structures; texts and fractions are passed over. Source: Apache Thrift, compact protocol.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Fields: TypeAlias = dict[int, Any]
_DEPTH = 8
_TRUE, _FALSE, _BYTE, _DOUBLE, _TEXT, _LIST, _STRUCTURE = 1, 2, 3, 7, 8, 9, 12
_INTEGERS = (4, 5, 6)


class Malformed(Exception):
    """These bytes are no such structure."""


def structure(data: bytes, at: int, depth: int = 0) -> tuple[Fields, int]:
    """The fields of a structure, and where it ends.

    Raises:
        IndexError: it goes on behind the data.
        Malformed: it is none, or holds what Parquet does not write.
    """
    fields: Fields = {}
    number = 0
    while head := data[at]:
        at += 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = _integer(data, at)
        kind = head & 15
        fields[number], at = (kind == _TRUE, at) if kind in (_TRUE, _FALSE) else _value(kind, data, at, depth)
    return fields, at + 1


def _value(kind: int, data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if kind in _INTEGERS:
        return _integer(data, at)
    if kind == _TEXT:
        length, at = _varint(data, at)
        return None, at + length
    if kind == _STRUCTURE and depth < _DEPTH:
        return structure(data, at, depth + 1)
    if kind == _LIST and depth < _DEPTH:
        return _list(data, at, depth + 1)
    if kind == _DOUBLE:
        return None, at + 8
    if kind in (_TRUE, _FALSE, _BYTE):  # in a list, a truth value is a byte
        return data[at], at + 1
    raise Malformed


def _list(data: bytes, at: int, depth: int) -> tuple[list[Any], int]:
    count, kind = data[at] >> 4, data[at] & 15
    at += 1
    if count == 15:
        count, at = _varint(data, at)
    if count > len(data) - at:
        raise IndexError
    found = []
    for _ in range(count):
        value, at = _value(kind, data, at, depth)
        found.append(value)
    return found, at


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """A whole number, written zigzag: 0, -1, 1, -2 ..."""
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while (byte := data[at]) > 0x7F:
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if shift > 63:
            raise Malformed
    return value | byte << shift, at + 1
