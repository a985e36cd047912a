"""What a partner may do beside sending is given and taken back in the signed directory."""

from __future__ import annotations

import pytest

from vernix.custody.partner import BARE_FILES
from vernix.errors import UsageError
from vernix.registry.allowing import set_grant
from vernix.registry.unlocked import Registry


def test_a_grant_is_given_and_taken_back(registry: Registry) -> None:
    before = registry.publishing.current().version
    assert set_grant(registry, "registry", BARE_FILES, allowed=True) == ("bare-files",)
    assert registry.publishing.current().partner("registry").grants == ("bare-files",)
    assert set_grant(registry, "registry", BARE_FILES, allowed=True) == ("bare-files",)
    assert registry.publishing.current().version == before + 1, "what changes nothing publishes nothing"
    assert set_grant(registry, "registry", BARE_FILES, allowed=False) == ()


def test_nobody_unknown_gets_a_grant(registry: Registry) -> None:
    with pytest.raises(UsageError, match="no such partner"):
        set_grant(registry, "stranger", BARE_FILES, allowed=True)
