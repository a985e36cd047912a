"""Code sets: the words an element may hold, with what people call them and how other files spell them.

A code is a plain lower-case English word, so that a row of the book reads by itself. ``unknown`` means that
somebody looked and could not say; a blank means that nothing was sent. The two are never mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Words:
    """The same text in the two languages of the registry."""

    en: str
    fr: str


@dataclass(frozen=True)
class Code:
    """One value of a code set.

    ``aliases`` are spellings that can mean nothing else within the set; upper and lower case are the same.
    """

    code: str
    label: Words
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeSet:
    """A closed list of codes."""

    name: str
    codes: tuple[Code, ...]

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Every accepted spelling in lower case (code, aliases, both labels) -> the code."""
        found: dict[str, str] = {}
        for code in self.codes:
            for spelling in (code.code, code.label.en, code.label.fr, *code.aliases):
                if found.setdefault(spelling.lower(), code.code) != code.code:
                    raise ValueError(f"code set {self.name}: {spelling!r} would mean two things")
        return found

    def __contains__(self, code: object) -> bool:
        return any(known.code == code for known in self.codes)


def _code(code: str, en: str, fr: str, *aliases: str) -> Code:
    return Code(code, Words(en, fr), aliases)


UNKNOWN = _code("unknown", "Unknown", "Inconnu", "u", "unk", "nsp")

YES_NO = CodeSet(
    "yes_no",
    (
        _code("yes", "Yes", "Oui", "y", "o", "1", "true", "vrai"),
        _code("no", "No", "Non", "n", "0", "false", "faux"),
        UNKNOWN,
    ),
)

SEX = CodeSet(
    "sex",
    (
        _code("female", "Female", "Féminin", "f", "girl", "fille", "femelle"),
        _code("male", "Male", "Masculin", "m", "boy", "garçon", "mâle"),
        _code("undetermined", "Undetermined", "Indéterminé", "ambiguous", "other", "a", "o"),
        UNKNOWN,
    ),
)

OUTCOME = CodeSet(
    "outcome",
    (
        _code("live", "Live birth", "Naissance vivante", "live birth", "liveborn", "alive", "lb", "vivant"),
        _code("stillbirth", "Stillbirth", "Mortinaissance", "stillborn", "fetal death", "sb", "mort-né"),
        _code("termination", "Termination of pregnancy", "Interruption de grossesse", "top", "ivg", "img"),
        UNKNOWN,
    ),
)

DELIVERY_METHOD = CodeSet(
    "delivery_method",
    (
        _code("spontaneous", "Spontaneous vaginal", "Vaginal spontané", "svb", "svd", "vaginal/spontaneous"),
        _code("forceps", "Vaginal with forceps", "Vaginal avec forceps", "vaginal/forceps"),
        _code("vacuum", "Vaginal with vacuum", "Vaginal avec ventouse", "vaginal/vacuum", "ventouse"),
        _code("vaginal", "Vaginal, method not stated", "Vaginal, méthode non précisée"),
        _code("caesarean", "Caesarean section", "Césarienne", "cesarean", "c-section", "cs", "cesarienne"),
        UNKNOWN,
    ),
)

PRESENTATION = CodeSet(
    "presentation",
    (
        _code("cephalic", "Cephalic", "Céphalique", "vertex", "head"),
        _code("breech", "Breech", "Siège", "siege"),
        _code("transverse", "Transverse or oblique", "Transverse ou oblique", "oblique", "shoulder"),
        _code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

LABOUR_TYPE = CodeSet(
    "labour_type",
    (
        _code("spontaneous", "Spontaneous", "Spontané"),
        _code("induced", "Induced", "Déclenché", "induction"),
        _code("none", "No labour", "Pas de travail", "no labor"),
        UNKNOWN,
    ),
)

BIRTH_PLACE = CodeSet(
    "birth_place",
    (
        _code("hospital", "Hospital", "Hôpital", "hosp", "hopital"),
        _code("birth_centre", "Birth centre", "Maison de naissance", "center", "centre", "birth center"),
        _code("home", "Home", "Domicile", "residence", "house"),
        _code("clinic", "Clinic or doctor's office", "Clinique ou cabinet", "clinic", "office"),
        _code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

DIABETES = CodeSet(
    "diabetes",
    (
        _code("none", "None", "Aucun", "no", "n", "non"),
        _code("gestational", "Gestational", "Gestationnel", "gdm"),
        _code("type_1", "Type 1, before pregnancy", "Type 1, avant la grossesse", "type 1", "t1"),
        _code("type_2", "Type 2, before pregnancy", "Type 2, avant la grossesse", "type 2", "t2"),
        _code(
            "before",
            "Before pregnancy, type not stated",
            "Avant la grossesse, type non précisé",
            "pregestational",
        ),
        _code("present", "Present, kind not stated", "Présent, genre non précisé", "yes", "y", "oui", "o"),
        UNKNOWN,
    ),
)

HEALTH_CARD = CodeSet(
    "health_card",
    (
        _code("ontario", "Ontario", "Ontario", "on", "ca-on"),
        _code("other", "Another province or territory", "Autre province ou territoire", "other province"),
        _code("none", "None", "Aucune", "no card"),
        UNKNOWN,
    ),
)

ANOMALY = CodeSet(
    "anomaly",
    (
        _code("none", "None seen", "Aucune constatée", "no", "n", "non"),
        _code("suspected", "Suspected", "Soupçonnée", "pending", "p"),
        _code("confirmed", "Confirmed", "Confirmée", "yes", "y", "c", "oui"),
        UNKNOWN,
    ),
)

TEAR = CodeSet(
    "tear",
    (
        _code("none", "None", "Aucune", "0", "no", "n", "non", "intact"),
        _code("first", "First degree", "Premier degré", "1"),
        _code("second", "Second degree", "Deuxième degré", "2"),
        _code("third", "Third degree", "Troisième degré", "3"),
        _code("fourth", "Fourth degree", "Quatrième degré", "4"),
        _code("severe", "Third or fourth degree", "Troisième ou quatrième degré", "3-4", "yes", "y", "oui"),
        UNKNOWN,
    ),
)

SMOKING = CodeSet(
    "smoking",
    (
        _code("none", "Did not smoke", "N’a pas fumé", "nonsmoker", "non-smoker", "no", "n", "non"),
        _code("some", "Smoked", "A fumé", "smoker", "yes", "y", "oui"),
        UNKNOWN,
    ),
)

PAYMENT = CodeSet(
    "payment",
    (
        _code("public", "Public plan", "Régime public", "ohip", "medicaid", "government"),
        _code("private", "Private insurance", "Assurance privée"),
        _code("self_pay", "Self-pay", "À ses frais", "self-pay", "self pay"),
        _code("military", "Military plan", "Régime militaire", "champus", "tricare"),
        _code("indigenous", "Indigenous health programme", "Programme de santé autochtone", "ihs", "nihb"),
        _code("other_government", "Other government plan", "Autre régime public", "other_gov"),
        _code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

FEEDING_INTENTION = CodeSet(
    "feeding_intention",
    (
        _code("exclusive", "Breast milk only", "Lait maternel seulement", "exclusive breastfeeding"),
        _code("combination", "Breast milk and substitute", "Lait maternel et substitut", "mixed"),
        _code("substitute", "Substitute only", "Substitut seulement", "no", "formula"),
        _code("unsure", "Unsure", "Incertaine"),
        UNKNOWN,
    ),
)

GESTATION_METHOD = CodeSet(
    "gestation_method",
    (
        _code("art", "Date of transfer or insemination", "Date du transfert ou de l’insémination", "ivf"),
        _code(
            "ultrasound_1", "First-trimester ultrasound", "Échographie du premier trimestre", "t1 us", "t1"
        ),
        _code(
            "ultrasound_2", "Second-trimester ultrasound", "Échographie du deuxième trimestre", "t2 us", "t2"
        ),
        _code("menstrual", "Last menstrual period", "Dernières règles", "lmp", "ddr", "dates"),
        _code(
            "clinical",
            "Clinical or combined estimate",
            "Estimation clinique ou combinée",
            "combined",
            "obstetric",
        ),
        UNKNOWN,
    ),
)

MARITAL_STATUS = CodeSet(
    "marital_status",
    (
        _code("married", "Married", "Mariée", "m", "mariee"),
        _code("common_law", "Common-law", "Union de fait", "cl"),
        _code("single", "Single", "Célibataire", "s"),
        _code(
            "not_married",
            "Not married, no more said",
            "Non mariée, sans autre précision",
            "not married",
            "unmarried",
        ),
        UNKNOWN,
    ),
)
