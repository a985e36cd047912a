"""The words of a person's profile."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

PROFILE_OF = CodeSet(
    "profile_of",
    (
        code("mother", "A mother", "Une mère", "maternal", "m"),
        code("child", "A child", "Un enfant", "infant", "baby", "c"),
        UNKNOWN,
    ),
)

LANGUAGE = CodeSet(
    "language",
    (
        code("english", "English", "Anglais", "en", "eng"),
        code("french", "French", "Français", "fr", "fra"),
        code("indigenous", "An Indigenous language", "Une langue autochtone", "cree", "ojibwe", "inuktitut"),
        code("sign", "Sign language", "Langue des signes", "asl", "lsq"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

DIRECTIVE = CodeSet(
    "directive",
    (
        code("none", "None", "Aucune", "no", "n", "non"),
        code(
            "withdrawn", "No use beyond her own care", "Aucun usage hors de ses soins", "lock-box", "lockbox"
        ),
        code("no_contact", "Not to be contacted", "Ne pas communiquer avec elle", "do not contact"),
        code("no_research", "No use for research", "Aucun usage en recherche"),
        UNKNOWN,
    ),
)
