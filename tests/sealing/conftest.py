"""What the tests of sealing share: keys, files of telling sizes, the Node implementation of age."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
from tests import node_programs

from vernix.sealing.identities import HybridIdentity, X25519Identity


@pytest.fixture(scope="session")
def hybrid() -> HybridIdentity:
    """A post-quantum identity."""
    return HybridIdentity.generate()


@pytest.fixture(scope="session")
def classic() -> X25519Identity:
    """A classic identity."""
    return X25519Identity.generate()


@pytest.fixture
def content() -> Callable[[int], bytes]:
    """Bytes of a given size that differ from chunk to chunk, the same each time."""
    return lambda size: random.Random(size).randbytes(size)  # noqa: S311


@pytest.fixture(scope="session")
def node_age() -> Callable[..., str]:
    """Run npm's age: ``node_age("seal", recipient, source, target)``; installed on first use."""
    return partial(node_programs.run, "age.mjs")
