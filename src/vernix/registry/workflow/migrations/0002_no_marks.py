from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Nothing ever used the table of marks."""

    dependencies: ClassVar = [("workflow", "0001_initial")]

    operations: ClassVar = [migrations.DeleteModel(name="Mark")]
