"""Who is invited into the test lane."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A mark on an invitation."""

    dependencies: ClassVar = [("workflow", "0008_file_numbers")]

    operations: ClassVar = [
        migrations.AddField("invitation", "tests_only", models.BooleanField(default=False)),
    ]
