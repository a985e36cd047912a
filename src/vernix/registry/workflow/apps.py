"""The Django application that owns the workflow tables."""

from __future__ import annotations

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """Named ``workflow`` in migrations and tables."""

    name = "vernix.registry.workflow"
    label = "workflow"
