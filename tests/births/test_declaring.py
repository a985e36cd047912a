"""Elements are declared as attributes of blocks; a block lends what it says of all of them."""

from __future__ import annotations

import pytest

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element, elements_of

LABEL, DEFINITION = ("Label", "Libellé"), ("A definition.", "Une définition.")


class Visit(Block, subject="mother", privacy="clinical", source="a book"):
    """Two elements, one of which differs from its block."""

    weight = element("decimal", LABEL, DEFINITION, digits=1, possible=(20, 300))
    smoked = element(YES_NO, LABEL, DEFINITION, privacy="quasi", source="another book")


def test_an_attribute_becomes_an_element_that_knows_its_name_and_its_block() -> None:
    weight, smoked = Visit.elements
    assert (weight.name, weight.type, weight.subject, weight.privacy, weight.source) == (
        "weight",
        "decimal",
        "mother",
        "clinical",
        "a book",
    )
    assert weight.possible is not None
    assert weight.possible.holds(300)
    assert (smoked.type, smoked.codes, smoked.privacy, smoked.source) == (
        "code",
        YES_NO,
        "quasi",
        "another book",
    )
    assert Visit.weight is weight


def test_blocks_are_put_together_in_order_and_each_once() -> None:
    class Other(Block, subject="child", privacy="clinical", source="a book"):
        """One element of another subject."""

        length = element("integer", LABEL, DEFINITION)

    assert [each.name for each in elements_of(Other, Visit, Other)] == ["length", "weight", "smoked"]


def test_one_element_of_a_block_can_be_lent_without_the_others() -> None:
    assert elements_of(Visit.smoked) == (Visit.elements[1],)


def test_one_name_for_two_elements_does_not_load() -> None:
    class Twice(Block, subject="child", privacy="clinical", source="a book"):
        """A name that another block has."""

        weight = element("integer", LABEL, DEFINITION)

    with pytest.raises(ValueError, match="weight is declared twice"):
        elements_of(Visit, Twice)


def test_an_element_without_a_privacy_class_does_not_load() -> None:
    """Nothing is presumed harmless: without a word from the element or its block there is no element."""
    with pytest.raises(TypeError, match="privacy"):

        class _Careless(Block, subject="child", source="a book"):
            name = element("text", LABEL, DEFINITION)


def test_a_type_that_does_not_exist_does_not_load() -> None:
    with pytest.raises(ValueError, match="no type number"):
        element("number", LABEL, DEFINITION)  # type: ignore[arg-type]
