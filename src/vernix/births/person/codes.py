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

EDUCATION = CodeSet(
    "education",
    (
        code("primary", "Eighth grade or less", "Huitième année ou moins", "1"),
        code("some_secondary", "Some secondary school", "Secondaire en partie", "2"),
        code("secondary", "Secondary school", "Secondaire terminé", "3", "high school"),
        code("some_college", "Some college, no degree", "Postsecondaire en partie", "4"),
        code("college", "College diploma or trade", "Diplôme collégial ou métier", "5", "associate"),
        code("bachelor", "Bachelor's degree", "Baccalauréat", "6", "bachelors"),
        code("master", "Master's degree", "Maîtrise", "7", "masters"),
        code(
            "doctorate", "Doctorate or professional degree", "Doctorat ou diplôme professionnel", "8", "phd"
        ),
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
