"""tus 1.0.0 on a capability URL: HEAD, PATCH, OPTIONS, DELETE (core, expiration, termination).

Raw ASGI: nothing stands between the socket and the reception. The capability is all the proof there is, and
all it opens is one upload (see ``capabilities``); that is what lets unchanged tus clients send the bytes.
https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vernix.gateway import capabilities, uploads
from vernix.gateway.answers import ProtocolRefused
from vernix.gateway.receiving import Receptions
from vernix.gateway.uploads import State, Upload

VERSION = "1.0.0"
_EXTENSIONS = "expiration,termination"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_OVERRIDE = "x-http-method-override"
_BODY_TYPE = "application/offset+octet-stream"


class PartPlane:
    """The capability URLs as an ASGI application. Errors of ours pass; the caller words them."""

    def __init__(self, receptions: Receptions) -> None:
        self._receptions = receptions
        self._verbs: dict[str, Callable[[str, dict[str, str], Receive], Awaitable[Response]]] = {
            "HEAD": self._head,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to ``/parts/<token>``."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        # tus clients behind proxies that know only POST name the true method in a header.
        method = headers.get(_OVERRIDE, scope["method"]) if scope["method"] == "POST" else scope["method"]
        if method == "OPTIONS":
            response = self._options()
        else:
            if method not in self._verbs:
                raise ProtocolRefused(405, "A part takes HEAD, PATCH, OPTIONS and DELETE.")
            if headers.get("tus-resumable") != VERSION:
                raise ProtocolRefused(
                    412,
                    "The request does not speak tus 1.0.0.",
                    hint=f"Send the header Tus-Resumable: {VERSION}.",
                )
            response = await self._verbs[method](scope["path_params"]["token"], headers, receive)
        response.headers["tus-resumable"] = VERSION
        await response(scope, receive, send)

    def _options(self) -> Response:
        size = str(self._receptions.limits.part_bytes)
        headers = {"tus-version": VERSION, "tus-extension": _EXTENSIONS, "tus-max-size": size}
        return Response(status_code=204, headers=headers)

    async def _head(self, token: str, _headers: dict[str, str], _receive: Receive) -> Response:
        upload: Upload = await self._receptions.run(self._look, token)
        return Response(status_code=200, headers={"upload-length": str(upload.size), **_progress(upload)})

    async def _patch(self, token: str, headers: dict[str, str], receive: Receive) -> Response:
        if headers.get("content-type") != _BODY_TYPE:
            raise ProtocolRefused(415, f"A part's bytes come as {_BODY_TYPE}.")
        offset = _number(headers, "upload-offset")
        if offset is None:
            raise ProtocolRefused(
                400, "The request names no Upload-Offset.", hint="Ask for the offset with HEAD."
            )
        length = _number(headers, "content-length")
        upload = await self._receptions.receive(token, offset, length, receive)
        return Response(status_code=204, headers=_progress(upload))

    async def _delete(self, token: str, _headers: dict[str, str], _receive: Receive) -> Response:
        blob = await self._receptions.run(self._abandon, token)
        await self._receptions.run(self._receptions.blobs.delete, blob)
        return Response(status_code=204)

    def _look(self, token: str) -> Upload:
        with self._receptions.database.reading() as connection:
            upload = capabilities.find(connection, token).upload
        uploads.check_alive(upload, int(time.time()))
        return upload

    def _abandon(self, token: str) -> str:
        with self._receptions.database.writing() as connection:
            held = capabilities.find(connection, token)
            uploads.check_abandon(held.upload)
            capabilities.remove(connection, held.upload)
        return held.blob


def _progress(upload: Upload) -> dict[str, str]:
    headers = {"upload-offset": str(upload.offset)}
    if upload.state is not State.BOUND:
        headers["upload-expires"] = formatdate(upload.expires, usegmt=True)
    return headers


def _number(headers: dict[str, str], name: str) -> int | None:
    text = headers.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise ProtocolRefused(400, f"The request's {name} is not a number of bytes.")
    return int(text)
