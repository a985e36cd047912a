"""Asking a bucket, before anything is served, for all that will be asked of it later.

In a process of its own: the client of object storage has threads, and the workers are forks of this one.
"""

from __future__ import annotations

import multiprocessing
import secrets
from multiprocessing.connection import Connection

from vernix.custody import canonical
from vernix.custody.fields import Fields
from vernix.errors import UsageError, VernixError
from vernix.gateway.bucket import Bucket, StorageFailed, StorageRefused

_SECONDS = 60.0
_KINDS = {kind.__name__: kind for kind in (StorageFailed, StorageRefused)}


def check_bucket(bucket: Bucket) -> None:
    """Put, list, read and delete one small object.

    Raises ``StorageFailed``, ``StorageRefused``, or ``UsageError`` without credentials or client.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_try, args=(bucket, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        answer = ours.recv_bytes() if ours.poll(_SECONDS) else b""
    except EOFError:
        answer = b""
    finally:
        process.kill()
        process.join()
    if not answer:
        raise StorageFailed("The gateway's storage could not be tried.", hint="Start the gateway again.")
    fields = Fields(canonical.decode(answer), "trial")
    kind, message, hint = (fields.text(name, empty=True) for name in ("kind", "message", "hint"))
    if kind == UsageError.__name__:
        raise UsageError(message, hint=hint)
    if kind:
        raise _KINDS[kind](
            message, hint=f"This is {bucket}: look at its address, its account's rights and its room."
        )


def _try(bucket: Bucket, answers: Connection) -> None:
    """What happened, as a document: nothing is unpickled."""
    told = {"kind": "", "message": "", "hint": ""}
    try:
        _use(bucket)
    except VernixError as error:
        told = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
    answers.send_bytes(canonical.encode(told))


def _use(bucket: Bucket) -> None:
    from vernix.gateway.objects import ObjectStore

    objects, name = ObjectStore(bucket), f"trial/{secrets.token_hex(16)}"
    objects.put(name, name.encode())
    names = [each.name for page in objects.list("trial/") for each in page]
    if name not in names or objects.get(name, 0, len(name)) != name.encode():
        raise StorageRefused(
            "The gateway's storage does not give back what was put.", hint="Look at the bucket's rules."
        )
    objects.delete([name])
