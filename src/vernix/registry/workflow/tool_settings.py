"""Django's settings as a module, for tools that ask for one: mypy's plugin and ``makemigrations``."""

from __future__ import annotations

from pathlib import Path

from vernix.registry.settings import django_settings

globals().update(django_settings(Path(":memory:")))
