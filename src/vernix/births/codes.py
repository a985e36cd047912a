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

    def said(self, language: str) -> str:
        """In ``en`` or ``fr``."""
        return self.fr if language == "fr" else self.en


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
        for each in self.codes:
            for spelling in (each.code, each.label.en, each.label.fr, *each.aliases):
                if found.setdefault(spelling.lower(), each.code) != each.code:
                    raise ValueError(f"code set {self.name}: {spelling!r} would mean two things")
        return found

    def __contains__(self, word: object) -> bool:
        return any(known.code == word for known in self.codes)


def code(word: str, en: str, fr: str, *aliases: str) -> Code:
    """Declare a code: its word, its labels in English and French, and other spellings of it."""
    return Code(word, Words(en, fr), aliases)


UNKNOWN = code("unknown", "Unknown", "Inconnu", "u", "unk", "nsp")

YES_NO = CodeSet(
    "yes_no",
    (
        code("yes", "Yes", "Oui", "y", "o", "1", "true", "vrai"),
        code("no", "No", "Non", "n", "0", "false", "faux"),
        UNKNOWN,
    ),
)

SEX = CodeSet(
    "sex",
    (
        code("female", "Female", "Féminin", "f", "girl", "fille", "femelle"),
        code("male", "Male", "Masculin", "m", "boy", "garçon", "mâle"),
        code("undetermined", "Undetermined", "Indéterminé", "ambiguous", "other", "a", "o"),
        UNKNOWN,
    ),
)

OUTCOME = CodeSet(
    "outcome",
    (
        code("live", "Live birth", "Naissance vivante", "live birth", "liveborn", "alive", "lb", "vivant"),
        code("stillbirth", "Stillbirth", "Mortinaissance", "stillborn", "fetal death", "sb", "mort-né"),
        code("termination", "Termination of pregnancy", "Interruption de grossesse", "top", "ivg", "img"),
        UNKNOWN,
    ),
)

DELIVERY_METHOD = CodeSet(
    "delivery_method",
    (
        code("spontaneous", "Spontaneous vaginal", "Vaginal spontané", "svb", "svd", "vaginal/spontaneous"),
        code("forceps", "Vaginal with forceps", "Vaginal avec forceps", "vaginal/forceps"),
        code("vacuum", "Vaginal with vacuum", "Vaginal avec ventouse", "vaginal/vacuum", "ventouse"),
        code("vaginal", "Vaginal, method not stated", "Vaginal, méthode non précisée"),
        code("caesarean", "Caesarean section", "Césarienne", "cesarean", "c-section", "cs", "cesarienne"),
        UNKNOWN,
    ),
)

PRESENTATION = CodeSet(
    "presentation",
    (
        code("cephalic", "Cephalic", "Céphalique", "vertex", "head"),
        code("breech", "Breech", "Siège", "siege"),
        code("transverse", "Transverse or oblique", "Transverse ou oblique", "oblique", "shoulder"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

LABOUR_TYPE = CodeSet(
    "labour_type",
    (
        code("spontaneous", "Spontaneous", "Spontané"),
        code("induced", "Induced", "Déclenché", "induction"),
        code("none", "No labour", "Pas de travail", "no labor"),
        UNKNOWN,
    ),
)

BIRTH_PLACE = CodeSet(
    "birth_place",
    (
        code("hospital", "Hospital", "Hôpital", "hosp", "hopital"),
        code("birth_centre", "Birth centre", "Maison de naissance", "center", "centre", "birth center"),
        code("home", "Home", "Domicile", "residence", "house"),
        code("clinic", "Clinic or doctor's office", "Clinique ou cabinet", "clinic", "office"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

DIABETES = CodeSet(
    "diabetes",
    (
        code("none", "None", "Aucun", "no", "n", "non"),
        code("gestational", "Gestational", "Gestationnel", "gdm"),
        code("type_1", "Type 1, before pregnancy", "Type 1, avant la grossesse", "type 1", "t1"),
        code("type_2", "Type 2, before pregnancy", "Type 2, avant la grossesse", "type 2", "t2"),
        code(
            "before",
            "Before pregnancy, type not stated",
            "Avant la grossesse, type non précisé",
            "pregestational",
        ),
        code("present", "Present, kind not stated", "Présent, genre non précisé", "yes", "y", "oui", "o"),
        UNKNOWN,
    ),
)

HEALTH_CARD = CodeSet(
    "health_card",
    (
        code("ontario", "Ontario", "Ontario", "on", "ca-on"),
        code("other", "Another province or territory", "Autre province ou territoire", "other province"),
        code("none", "None", "Aucune", "no card"),
        UNKNOWN,
    ),
)

ANOMALY = CodeSet(
    "anomaly",
    (
        code("none", "None seen", "Aucune constatée", "no", "n", "non"),
        code("suspected", "Suspected", "Soupçonnée", "pending", "p"),
        code("confirmed", "Confirmed", "Confirmée", "yes", "y", "c", "oui"),
        UNKNOWN,
    ),
)

TEAR = CodeSet(
    "tear",
    (
        code("none", "None", "Aucune", "0", "no", "n", "non", "intact"),
        code("first", "First degree", "Premier degré", "1"),
        code("second", "Second degree", "Deuxième degré", "2"),
        code("third", "Third degree", "Troisième degré", "3"),
        code("fourth", "Fourth degree", "Quatrième degré", "4"),
        code("severe", "Third or fourth degree", "Troisième ou quatrième degré", "3-4", "yes", "y", "oui"),
        UNKNOWN,
    ),
)

SMOKING = CodeSet(
    "smoking",
    (
        code("none", "Did not smoke", "N’a pas fumé", "nonsmoker", "non-smoker", "no", "n", "non"),
        code("some", "Smoked", "A fumé", "smoker", "yes", "y", "oui"),
        UNKNOWN,
    ),
)

PAYMENT = CodeSet(
    "payment",
    (
        code("public", "Public plan", "Régime public", "ohip", "medicaid", "government"),
        code("private", "Private insurance", "Assurance privée"),
        code("self_pay", "Self-pay", "À ses frais", "self-pay", "self pay"),
        code("military", "Military plan", "Régime militaire", "champus", "tricare"),
        code("indigenous", "Indigenous health programme", "Programme de santé autochtone", "ihs", "nihb"),
        code("other_government", "Other government plan", "Autre régime public", "other_gov"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

FEEDING_INTENTION = CodeSet(
    "feeding_intention",
    (
        code("exclusive", "Breast milk only", "Lait maternel seulement", "exclusive breastfeeding"),
        code("combination", "Breast milk and substitute", "Lait maternel et substitut", "mixed"),
        code("substitute", "Substitute only", "Substitut seulement", "no", "formula"),
        code("unsure", "Unsure", "Incertaine"),
        UNKNOWN,
    ),
)

GESTATION_METHOD = CodeSet(
    "gestation_method",
    (
        code("art", "Date of transfer or insemination", "Date du transfert ou de l’insémination", "ivf"),
        code("ultrasound_1", "First-trimester ultrasound", "Échographie du premier trimestre", "t1 us", "t1"),
        code(
            "ultrasound_2", "Second-trimester ultrasound", "Échographie du deuxième trimestre", "t2 us", "t2"
        ),
        code("menstrual", "Last menstrual period", "Dernières règles", "lmp", "ddr", "dates"),
        code(
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
        code("married", "Married", "Mariée", "m", "mariee"),
        code("common_law", "Common-law", "Union de fait", "cl"),
        code("single", "Single", "Célibataire", "s"),
        code(
            "not_married",
            "Not married, no more said",
            "Non mariée, sans autre précision",
            "not married",
            "unmarried",
        ),
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

CONCEPTION = CodeSet(
    "conception",
    (
        code("spontaneous", "Spontaneous", "Spontanée", "natural", "none", "no", "n"),
        code("drugs", "Ovulation drugs only", "Stimulation de l’ovulation seule", "clomiphene", "letrozole"),
        code("insemination", "Insemination", "Insémination", "iui", "iia"),
        code("drugs_or_insemination", "Drugs or insemination", "Médicaments ou insémination"),
        code("ivf", "In vitro fertilisation", "Fécondation in vitro", "ivf/icsi", "icsi", "fiv", "art"),
        code("donor", "With a donor's egg or embryo", "Avec don d’ovule ou d’embryon", "donor egg"),
        code(
            "assisted", "Assisted, kind not stated", "Assistée, genre non précisé", "yes", "y", "infertility"
        ),
        UNKNOWN,
    ),
)

ALCOHOL = CodeSet(
    "alcohol",
    (
        code("none", "None", "Aucun", "no", "n", "non"),
        code("before_known", "Before she knew, amount unknown", "Avant de le savoir, quantité inconnue"),
        code("under_monthly", "Less than once a month", "Moins d’une fois par mois", "<1/month", "<1/mo"),
        code("monthly", "About once a month", "Environ une fois par mois", "1/month"),
        code("weekly", "About once a week", "Environ une fois par semaine", "1/week"),
        code("over_weekly", "More than once a week", "Plus d’une fois par semaine", ">1/week", ">1/wk"),
        code(
            "binge",
            "Now and then four drinks or more",
            "Parfois quatre verres ou plus",
            "episodic binge",
            "binge",
        ),
        code("some", "Some, amount not stated", "Un peu, quantité non précisée", "yes", "y", "oui"),
        UNKNOWN,
    ),
)
