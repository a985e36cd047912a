"""The encounter ``birth``: child and mother on one row, one row for each child.

The order here is the order of the columns everywhere: in the template, the book and the dictionary.
"""

from __future__ import annotations

from vernix.births.birth_child import CHILD
from vernix.births.birth_event import EVENT
from vernix.births.birth_mother import MOTHER
from vernix.births.birth_pregnancy import PREGNANCY_AND_DELIVERY
from vernix.births.elements import Element

BIRTH_ELEMENTS: tuple[Element, ...] = EVENT + CHILD + MOTHER + PREGNANCY_AND_DELIVERY
