"""tus 1.0.0 on a creation: POST makes an upload of it (creation, creation-with-upload, concatenation).

What may be created was said by a signed request (see ``creations``). Of ``Upload-Metadata`` only the key
``part`` is looked at, a part's number; nothing of it is kept, for a file's name belongs inside the seal.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.types import Receive

from vernix.custody.quota import Quota
from vernix.errors import Conflict, UsageError
from vernix.gateway import capabilities, creations
from vernix.gateway.capabilities import TOKEN
from vernix.gateway.creations import Named
from vernix.gateway.joining import JOIN_SECONDS, Joinings
from vernix.gateway.limits import KIB, check_size
from vernix.gateway.receiving import Receptions
from vernix.gateway.tus import BODY_TYPE, Plane, number, progress
from vernix.gateway.uploads import State, Upload

_MOST_CONCAT = 16 * KIB
_PART_URL = re.compile(rf"(?:https?://[^/?#]+)?/parts/({TOKEN.pattern})")
_PART_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")


class CreationPlane(Plane):
    """``/creations/<token>``: where the parts of one signed request are created. ``quota_of`` gives a
    sender's quota.
    """

    def __init__(self, receptions: Receptions, joinings: Joinings, quota_of: Callable[[str], Quota]) -> None:
        super().__init__(receptions, joinings)
        self._quota_of = quota_of
        self.verbs = {"POST": self._post}

    async def _post(self, token: str, headers: Mapping[str, str], receive: Receive) -> Response:
        concat, part = headers.get("upload-concat"), _part(headers.get("upload-metadata", ""))
        if concat is not None and concat.startswith("final;"):
            return await self._final(token, part, headers, concat)
        length = number(headers, "upload-length")
        if length is None:
            raise UsageError("The request names no Upload-Length.", hint="Deferred lengths are not taken.")
        check_size(length, self.receptions.limits.part_bytes, "One part")
        if concat is None:
            named = await self.receptions.run(self._name, token, length, part)
        elif concat == "partial":
            named = await self.receptions.run(self._name_partial, token, length)
        else:
            raise UsageError("The request's Upload-Concat is neither partial nor final.")
        return await self._with_upload(named, headers, receive)

    async def _with_upload(self, named: Named, headers: Mapping[str, str], receive: Receive) -> Response:
        """The answer, after the body if one came along."""
        upload = named.upload
        if headers.get("content-type") == BODY_TYPE:
            try:
                upload = await self.receive_body(named.token, 0, headers, receive)
            except Conflict:
                # It was created before and has bytes: the client goes on from there.
                upload = await self.receptions.run(self._look, upload.id)
        return _created(upload, named.token)

    async def _final(self, token: str, part: int | None, headers: Mapping[str, str], concat: str) -> Response:
        if "upload-length" in headers:
            raise UsageError("A final upload is as long as its partial ones: it names no Upload-Length.")
        check_size(len(concat), _MOST_CONCAT, "An Upload-Concat")
        named = await self.receptions.run(self._join, token, part, concat)
        await self.joinings.join(named.upload, JOIN_SECONDS)
        upload = await self.receptions.run(self._look, named.upload.id)
        return _created(upload, named.token)

    def _name(self, token: str, length: int, part: int | None) -> Named:
        with self.receptions.database.writing() as connection:
            return creations.name(connection, token, length, part, int(time.time()))

    def _name_partial(self, token: str, length: int) -> Named:
        now, limits = int(time.time()), self.receptions.limits
        with self.receptions.database.writing() as connection:
            named = creations.name_partial(connection, token, length, now, limits, self._quota_of)
            self.receptions.blobs.check_room(capabilities.outstanding(connection), limits)
            return named

    def _join(self, token: str, part: int | None, concat: str) -> Named:
        tokens = [_token(url) for url in concat.removeprefix("final;").split(" ") if url]
        with self.receptions.database.writing() as connection:
            return creations.join(connection, token, tokens, part, concat, int(time.time()))

    def _look(self, upload: str) -> Upload:
        with self.receptions.database.reading() as connection:
            return capabilities.require(connection, upload).upload


def _created(upload: Upload, token: str) -> Response:
    headers = {"location": f"/parts/{token}", **progress(upload)}
    if upload.concat is not None and upload.state is State.OPEN:
        del headers["upload-offset"]
    return Response(status_code=201, headers=headers)


def _token(url: str) -> str:
    """The capability in the address of an upload, whatever name the gateway goes by in it."""
    found = _PART_URL.fullmatch(url)
    if found is None:
        raise UsageError("The request's Upload-Concat names an address that is no upload's.")
    return found[1]


def _part(metadata: str) -> int | None:
    """The number that the key ``part`` of an ``Upload-Metadata`` gives; None without it."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "part":
            try:
                text = base64.b64decode(value, validate=True).decode("ascii")
            except (ValueError, binascii.Error):
                text = ""
            if not _PART_NUMBER.fullmatch(text):
                raise UsageError("The key part of the request's Upload-Metadata is not a part's number.")
            return int(text)
    return None
