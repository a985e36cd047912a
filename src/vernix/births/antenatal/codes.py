"""The words of care before birth."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

_NOT_DONE = code("not_done", "Not done", "Non fait", "nd", "ndone")
_DECLINED = code("declined", "Declined", "Refusé", "refused")

EXAMINED = CodeSet(
    "examined",
    (
        code("normal", "Normal", "Normal", "n", "nad", "within normal limits"),
        code("abnormal", "Abnormal", "Anormal", "a", "abn"),
        code("not_examined", "Not examined", "Non examiné", "nd", "not done"),
        UNKNOWN,
    ),
)

BLOOD_GROUP = CodeSet(
    "blood_group",
    (
        code("a", "A", "A", "group a"),
        code("b", "B", "B", "group b"),
        code("ab", "AB", "AB", "group ab"),
        code("o", "O", "O", "group o", "0"),
        _NOT_DONE,
        UNKNOWN,
    ),
)

RHESUS = CodeSet(
    "rhesus",
    (
        code("positive", "Positive", "Positif", "pos", "p", "+", "rh+"),
        code("negative", "Negative", "Négatif", "neg", "n", "-", "rh-"),
        code("weak", "Weak", "Faible", "weak d", "du"),
        _NOT_DONE,
        UNKNOWN,
    ),
)

TEST_RESULT = CodeSet(
    "test_result",
    (
        code("negative", "Negative", "Négatif", "neg", "non-reactive", "nonreactive", "not detected"),
        code("positive", "Positive", "Positif", "pos", "reactive", "detected"),
        code("indeterminate", "Indeterminate", "Indéterminé", "equivocal", "inconclusive"),
        _DECLINED,
        _NOT_DONE,
        UNKNOWN,
    ),
)

IMMUNITY = CodeSet(
    "immunity",
    (
        code("immune", "Immune", "Immunisée", "imm", "reactive"),
        code("not_immune", "Not immune", "Non immunisée", "non-immune", "nonimmune", "susceptible"),
        code("indeterminate", "Indeterminate", "Indéterminé", "equivocal", "low"),
        _NOT_DONE,
        UNKNOWN,
    ),
)

PAP_RESULT = CodeSet(
    "pap_result",
    (
        code("normal", "Normal", "Normal", "nilm", "negative"),
        code("abnormal", "Abnormal", "Anormal", "asc-us", "ascus", "lsil", "hsil"),
        code("unsatisfactory", "Unsatisfactory", "Insatisfaisant"),
        _NOT_DONE,
        UNKNOWN,
    ),
)

GLUCOSE_TOLERANCE = CodeSet(
    "glucose_tolerance",
    (
        code("normal", "Normal", "Normal", "n"),
        code("one_value", "One value high", "Une valeur élevée", "igt", "impaired"),
        code("diabetes", "Diabetes of pregnancy", "Diabète gestationnel", "gdm", "abnormal"),
        _DECLINED,
        _NOT_DONE,
        UNKNOWN,
    ),
)

SCREEN_CHOSEN = CodeSet(
    "screen_chosen",
    (
        code(
            "efts",
            "Enhanced first-trimester screen",
            "Dépistage amélioré du premier trimestre",
            "efts",
            "fts",
        ),
        code("ips", "Integrated screen", "Dépistage intégré", "sips"),
        code("mss", "Second-trimester screen", "Dépistage du deuxième trimestre", "quad", "sts", "triple"),
        code("nipt", "Cell-free DNA", "ADN libre", "cfdna", "tpni"),
        code("diagnosis", "CVS or amniocentesis at once", "Biopsie ou amniocentèse d’emblée", "cvs", "amnio"),
        _DECLINED,
        code("too_late", "Too late", "Trop tard", "late presentation"),
        code("not_offered", "Not offered", "Non proposé"),
        UNKNOWN,
    ),
)

CARE_PLANNED = CodeSet(
    "care_planned",
    (
        code("paediatrician", "Paediatrician", "Pédiatre", "ped", "pediatrician"),
        code("family_physician", "Family physician", "Médecin de famille", "fp", "gp"),
        code("midwife", "Midwife", "Sage-femme", "rm"),
        code("nurse_practitioner", "Nurse practitioner", "Infirmière praticienne", "np"),
        code("other", "Other", "Autre"),
        code("none", "Nobody yet", "Personne encore", "no"),
        UNKNOWN,
    ),
)

VACCINE = CodeSet(
    "vaccine",
    (
        code("given", "Given in this pregnancy", "Donné pendant cette grossesse", "yes", "y", "oui"),
        code("before", "Given before, no need", "Donné avant, inutile", "up to date", "not needed"),
        _DECLINED,
        code("no", "Not given", "Non donné", "n", "non"),
        UNKNOWN,
    ),
)
