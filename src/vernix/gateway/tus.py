"""tus 1.0.0 on capability URLs: what its requests have in common, and those of an upload.

Raw ASGI: nothing stands between the socket and the reception. The capability is all the proof there is, and
all it opens is one upload (see ``capabilities``); that is what lets unchanged tus clients send the bytes.
``creating`` is the other kind of URL, under which uploads are created.
https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vernix.gateway import capabilities, telling, uploads
from vernix.gateway.answers import ProtocolRefused
from vernix.gateway.checksums import ALGORITHMS, Checksum
from vernix.gateway.joining import Joinings
from vernix.gateway.receiving import Receptions
from vernix.gateway.uploads import State, Upload

VERSION = "1.0.0"
EXTENSIONS = "checksum,concatenation,creation,creation-with-upload,expiration,termination"
BODY_TYPE = "application/offset+octet-stream"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_OVERRIDE = "x-http-method-override"

Verb = Callable[[str, Mapping[str, str], Receive], Awaitable[Response]]
"""Answers one method: the capability, the header fields by lower-case name, the body."""


class Plane:
    """One kind of capability URL as an ASGI application. Errors of ours pass; the caller words them."""

    def __init__(self, receptions: Receptions, joinings: Joinings) -> None:
        self.receptions = receptions
        self.joinings = joinings
        self.verbs: dict[str, Verb] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to ``.../<token>``."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        # tus clients behind proxies that know only POST name the true method in a header.
        method = headers.get(_OVERRIDE, scope["method"]) if scope["method"] == "POST" else scope["method"]
        if method == "OPTIONS":
            response = self._options()
        else:
            if method not in self.verbs:
                raise ProtocolRefused(405, f"This address takes OPTIONS, {', '.join(self.verbs)}.")
            if headers.get("tus-resumable") != VERSION:
                raise ProtocolRefused(
                    412,
                    "The request does not speak tus 1.0.0.",
                    hint=f"Send the header Tus-Resumable: {VERSION}.",
                )
            response = await self.verbs[method](scope["path_params"]["token"], headers, receive)
        response.headers["tus-resumable"] = VERSION
        await response(scope, receive, send)

    async def receive_body(
        self, token: str, offset: int, headers: Mapping[str, str], receive: Receive
    ) -> Upload:
        """Take the body of a request, as its header fields announce it; the upload after it."""
        if headers.get("content-type") != BODY_TYPE:
            raise ProtocolRefused(415, f"A part's bytes come as {BODY_TYPE}.")
        length, sum_of = number(headers, "content-length"), headers.get("upload-checksum")
        checksum = None if sum_of is None else Checksum.parse(sum_of)
        return await self.receptions.receive(token, offset, length, receive, checksum)

    def _options(self) -> Response:
        headers = {
            "tus-version": VERSION,
            "tus-extension": EXTENSIONS,
            "tus-max-size": str(self.receptions.limits.part_bytes),
            "tus-checksum-algorithm": ALGORITHMS,
        }
        return Response(status_code=204, headers=headers)


class PartPlane(Plane):
    """``/parts/<token>``: one upload."""

    def __init__(self, receptions: Receptions, joinings: Joinings) -> None:
        super().__init__(receptions, joinings)
        self.verbs = {"HEAD": self._head, "PATCH": self._patch, "DELETE": self._delete}

    async def _head(self, token: str, _headers: Mapping[str, str], _receive: Receive) -> Response:
        upload: Upload = await self.receptions.run(self._look, token)
        headers = {"upload-length": str(upload.size), **progress(upload)}
        if upload.concat is not None:
            headers["upload-concat"] = upload.concat
            if upload.state is State.OPEN:
                # Whoever was joining it may have been killed.
                await self.joinings.join(upload, seconds=0)
                del headers["upload-offset"]
        elif upload.partial:
            headers["upload-concat"] = "partial"
        return Response(status_code=200, headers=headers)

    async def _patch(self, token: str, headers: Mapping[str, str], receive: Receive) -> Response:
        offset = number(headers, "upload-offset")
        if offset is None:
            raise ProtocolRefused(
                400, "The request names no Upload-Offset.", hint="Ask for the offset with HEAD."
            )
        upload = await self.receive_body(token, offset, headers, receive)
        return Response(status_code=204, headers=progress(upload))

    async def _delete(self, token: str, _headers: Mapping[str, str], _receive: Receive) -> Response:
        blob = await self.receptions.run(self._abandon, token)
        await self.receptions.run(self.receptions.blobs.delete, blob)
        return Response(status_code=204)

    def _look(self, token: str) -> Upload:
        with self.receptions.database.reading() as connection:
            upload = capabilities.find(connection, token).upload
        uploads.check_alive(upload, int(time.time()))
        return upload

    def _abandon(self, token: str) -> str:
        with self.receptions.database.writing() as connection:
            held = capabilities.find(connection, token)
            uploads.check_abandon(held.upload)
            capabilities.remove(connection, held.upload)
            telling.withdrawn(connection, held.upload, int(time.time()))
        return held.blob


def progress(upload: Upload) -> dict[str, str]:
    """How far an upload is and how long it will be there, as header fields."""
    headers = {"upload-offset": str(upload.offset)}
    if upload.state is not State.BOUND:
        headers["upload-expires"] = formatdate(upload.expires, usegmt=True)
    return headers


def number(headers: Mapping[str, str], name: str) -> int | None:
    """A header field that is a count of bytes; None without it."""
    text = headers.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise ProtocolRefused(400, f"The request's {name} is not a number of bytes.")
    return int(text)
