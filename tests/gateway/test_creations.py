"""Creations: a tus client creates, sends in parallel and joins what a signed request allowed, and no more."""

from __future__ import annotations

import base64
import os
import time

import pytest
from tests.exchange_kit import TUS, ExchangeKit, Reply, RunningGateway, SealedPart

MIB = 1 << 20
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def part(kit: ExchangeKit) -> SealedPart:
    return kit.seal(os.urandom(5 * MIB + 12345))


@pytest.fixture(scope="module")
def other(kit: ExchangeKit) -> SealedPart:
    return kit.seal(os.urandom(MIB))


def create(gateway: RunningGateway, creation: str, **headers: str) -> Reply:
    return create_with(b"", gateway, creation, **headers)


def create_with(body: bytes, gateway: RunningGateway, creation: str, **headers: str) -> Reply:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return gateway.request("POST", creation, body or None, {**TUS, **fields})


def partial(gateway: RunningGateway, creation: str, content: bytes) -> str:
    """The address of a whole partial upload."""
    made = create(gateway, creation, Upload_Concat="partial", Upload_Length=str(len(content)))
    assert made.status == 201, made.body
    assert gateway.patch(made.headers["location"], 0, content).status == 204
    return made.headers["location"]


def metadata(part: int) -> str:
    return "filename c2VjcmV0LmNzdg==,part " + base64.b64encode(str(part).encode()).decode()


def posted(kit: ExchangeKit, gateway: RunningGateway, *parts: tuple[str, SealedPart]) -> int:
    envelope = kit.delivery(parts).sign(kit.members["riverside"].key).encode()
    return gateway.signed("riverside", "POST", "/deliveries", envelope).status


def test_the_options_of_a_creation(gateway: RunningGateway, part: SealedPart) -> None:
    _, creation = gateway.begin_creation("riverside", [part])
    reply = gateway.request("OPTIONS", creation)
    assert reply.status == 204
    assert {"creation", "creation-with-upload", "concatenation"} <= set(
        reply.headers["tus-extension"].split(",")
    )


def test_parts_are_created_by_their_length_or_their_number(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, other: SealedPart
) -> None:
    twin = kit.seal(os.urandom(MIB))
    assert len(twin.content) == len(other.content)
    ids, creation = gateway.begin_creation("riverside", [part, other, twin])
    by_length = create(gateway, creation, Upload_Length=str(len(part.content)))
    assert by_length.status == 201
    assert "upload-expires" in by_length.headers
    which = create(gateway, creation, Upload_Length=str(len(twin.content)))
    assert which.status == 400
    assert "part" in which.json["hint"]
    paths = [by_length.headers["location"]]
    for number in (1, 2):
        made = create(
            gateway, creation, Upload_Length=str(len(twin.content)), Upload_Metadata=metadata(number)
        )
        paths.append(made.headers["location"])
    for path, content in zip(paths, (part.content, other.content, twin.content), strict=True):
        assert gateway.patch(path, 0, content).status == 204
    assert posted(kit, gateway, *zip(ids, (part, other, twin), strict=True)) == 201
    refused = create(gateway, creation, Upload_Length=str(len(part.content)))
    assert refused.status == 409


def test_creation_with_upload(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    (upload,), creation = gateway.begin_creation("riverside", [part])
    length = str(len(part.content))
    kind = {"Content_Type": BODY["Content-Type"], "Upload_Length": length}
    made = create_with(part.content[: 2 * MIB], gateway, creation, **kind)
    assert (made.status, made.headers["upload-offset"]) == (201, str(2 * MIB))
    # The answer was lost: asked again, with the same body, the client hears where to go on.
    again = create_with(part.content[: 2 * MIB], gateway, creation, **kind)
    assert (again.status, again.headers["upload-offset"]) == (201, str(2 * MIB))
    assert gateway.request("HEAD", made.headers["location"], headers=TUS).status == 404
    assert gateway.patch(again.headers["location"], 2 * MIB, part.content[2 * MIB :]).status == 204
    assert posted(kit, gateway, (upload, part)) == 201


@pytest.mark.parametrize("cuts", [[2 * MIB], [MIB, 2 * MIB + 1, 3 * MIB + 777, 5 * MIB]])
def test_partial_uploads_become_a_part(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, cuts: list[int]
) -> None:
    """The digest is that of the whole, wherever its leaves lie in the partial ones."""
    (upload,), creation = gateway.begin_creation("riverside", [part])
    ends = [*cuts, len(part.content)]
    paths = [partial(gateway, creation, part.content[a:b]) for a, b in zip([0, *cuts], ends, strict=True)]
    assert gateway.request("HEAD", paths[0], headers=TUS).headers["upload-concat"] == "partial"
    concat = "final;" + " ".join([paths[0], *(gateway.url + path for path in paths[1:])])
    made = create(gateway, creation, Upload_Concat=concat, Upload_Metadata=metadata(0))
    assert made.status == 201, made.body
    final = made.headers["location"]
    head = gateway.request("HEAD", final, headers=TUS)
    assert head.headers["upload-offset"] == head.headers["upload-length"] == str(len(part.content))
    assert head.headers["upload-concat"] == concat
    assert gateway.patch(final, len(part.content), b"").status == 403
    assert {gateway.request("HEAD", path, headers=TUS).status for path in paths} == {404}
    again = create(gateway, creation, Upload_Concat=concat)
    assert again.status == 201, "an answer that was lost can be asked for again"
    assert posted(kit, gateway, (upload, part)) == 201


def test_only_a_part_leaves_its_bytes(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(os.urandom(3 * MIB))
    _, creation = gateway.begin_creation("riverside", [part])
    before = kit.lying().keys()
    paths = [partial(gateway, creation, piece) for piece in (part.content[:MIB], part.content[MIB:])]
    assert create(gateway, creation, Upload_Concat="final;" + " ".join(paths)).status == 201
    (content,) = [each for name, each in kit.lying().items() if name not in before]
    assert content == part.content


def test_a_kill_while_it_is_joined(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(os.urandom(96 * MIB))
    (upload,), creation = gateway.begin_creation("riverside", [part])
    half = len(part.content) // 2
    paths = [partial(gateway, creation, piece) for piece in (part.content[:half], part.content[half:])]
    concat = "final;" + " ".join(paths)
    connection = gateway.connection()
    connection.request("POST", creation, headers={**TUS, "Upload-Concat": concat})
    time.sleep(0.1)
    gateway.kill()
    gateway.start()
    made = create(gateway, creation, Upload_Concat=concat)
    assert made.status == 201, made.body
    assert gateway.offset(made.headers["location"]) == len(part.content)
    assert posted(kit, gateway, (upload, part)) == 201


def test_a_final_upload_goes_on_when_somebody_looks(kit: ExchangeKit, gateway: RunningGateway) -> None:
    """Killed before a byte was joined: HEAD says no offset, and has it go on."""
    from vernix.gateway.database import Database, sqlite_url
    from vernix.gateway.tables import UPLOADS

    part = kit.seal(os.urandom(2 * MIB))
    _, creation = gateway.begin_creation("riverside", [part])
    concat = "final;" + partial(gateway, creation, part.content)
    final = create(gateway, creation, Upload_Length=str(len(part.content))).headers["location"]
    database = Database(kit.database_url or sqlite_url(kit.data / "gateway.sqlite3"))
    with database.writing() as connection:
        (row,) = connection.execute(
            UPLOADS.select().where(UPLOADS.c.header == 0, UPLOADS.c.state == "complete")
        )
        mine = UPLOADS.c.creation == row.creation
        (target,) = connection.execute(UPLOADS.select().where(mine, UPLOADS.c.header > 0))
        connection.execute(
            UPLOADS.update().where(UPLOADS.c.id == row.id).values(state="joined", final=target.id)
        )
        connection.execute(UPLOADS.update().where(UPLOADS.c.id == target.id).values(concat=concat))
    database.close()
    head = gateway.request("HEAD", final, headers=TUS)
    assert "upload-offset" not in head.headers
    until = time.monotonic() + 10
    while "upload-offset" not in head.headers and time.monotonic() < until:
        time.sleep(0.05)
        head = gateway.request("HEAD", final, headers=TUS)
    assert head.headers["upload-offset"] == str(len(part.content))


@pytest.mark.parametrize("content", [b"name,born,weight\n" * 90_000, bytes(MIB)], ids=["text", "zeros"])
def test_what_is_not_sealed_is_refused_in_a_partial_upload_too(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, content: bytes
) -> None:
    _, creation = gateway.begin_creation("riverside", [part])
    made = create(gateway, creation, Upload_Concat="partial", Upload_Length=str(len(content)))
    path = made.headers["location"]
    assert gateway.patch(path, 0, content).status == 422
    assert gateway.request("HEAD", path, headers=TUS).status == 404
    assert not [each for each in kit.lying().values() if content[:1000] in each]


def test_noise_that_is_no_age_file_goes_when_it_is_joined(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart
) -> None:
    _, creation = gateway.begin_creation("riverside", [part])
    before = kit.lying()
    path = partial(gateway, creation, os.urandom(len(part.content)))
    assert create(gateway, creation, Upload_Concat=f"final;{path}").status == 422
    assert kit.lying() == before
    assert create(gateway, creation, Upload_Length=str(len(part.content))).status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Upload_Length": "5"}, 400),
        ({"Upload_Length": "x"}, 400),
        ({"Upload_Length": str(1 << 40)}, 413),
        ({"Upload_Defer_Length": "1"}, 400),
        ({"Upload_Length": "5000", "Upload_Metadata": "part !!"}, 400),
        ({"Upload_Length": "5000", "Upload_Metadata": "part LTE="}, 400),
        ({"Upload_Concat": "partial"}, 400),
        ({"Upload_Concat": "partial", "Upload_Length": "10"}, 400),
        ({"Upload_Concat": "partial", "Upload_Length": str(30 * MIB)}, 413),
        ({"Upload_Concat": "whole", "Upload_Length": "5000"}, 400),
        ({"Upload_Concat": "final;"}, 400),
        ({"Upload_Concat": "final;/parts/short"}, 400),
        ({"Upload_Concat": "final;/parts/" + "A" * 43}, 404),
        ({"Upload_Concat": "final;/parts/" + "A" * 43, "Upload_Length": "5"}, 400),
        ({"Tus_Resumable": "0.2.2"}, 412),
    ],
)
def test_what_a_creation_refuses(
    gateway: RunningGateway, part: SealedPart, headers: dict[str, str], status: int
) -> None:
    _, creation = gateway.begin_creation("riverside", [part])
    assert create(gateway, creation, **headers).status == status


def test_a_creation_opens_nothing_but_its_own(
    gateway: RunningGateway, part: SealedPart, other: SealedPart
) -> None:
    _, mine = gateway.begin_creation("riverside", [part])
    _, yours = gateway.begin_creation("lakeside", [part])
    path = partial(gateway, yours, part.content)
    assert create(gateway, mine, Upload_Concat=f"final;{path}").status == 409
    _, plain = gateway.upload("riverside", other)
    assert create(gateway, mine, Upload_Concat=f"final;{plain}").status == 409
    assert create(gateway, "/creations/" + "A" * 43, Upload_Length="5000").status == 404
    assert gateway.request("HEAD", mine, headers=TUS).status == 405
    assert gateway.patch(mine, 0, part.content).status == 405
    assert create(gateway, mine.replace("creations", "parts"), Upload_Length="5000").status == 405


def test_partial_uploads_are_bounded_by_the_parts(
    kit: ExchangeKit, gateway: RunningGateway, other: SealedPart
) -> None:
    _, creation = gateway.begin_creation("riverside", [other])
    size = {"Upload_Concat": "partial", "Upload_Length": str(len(other.content))}
    made = [create(gateway, creation, **size) for _ in range(3)]
    assert [reply.status for reply in made] == [201, 201, 413]
    assert gateway.request("DELETE", made[0].headers["location"], headers=TUS).status == 204
    assert create(gateway, creation, **size).status == 201
