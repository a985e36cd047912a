"""A fertility cycle: why, of whom, with what medicine, and the eggs that came of it."""

from __future__ import annotations

from typing import Any

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, Pair, element
from vernix.births.elements import Places
from vernix.births.fertility.codes import (
    CYCLE_END,
    CYCLE_FUNDING,
    CYCLE_KIND,
    EMBRYO_TEST,
    FERTILISATION,
    OOCYTE_SOURCE,
    PRESERVATION_REASON,
    SPERM_SOURCE,
    STIMULATION,
    TRIGGER,
)


def _number(label: Pair, definition: Pair, *aliases: str, high: int = 99, usual: int = 40) -> Any:
    """How many of something."""
    return element("integer", label, definition, possible=(0, high), plausible=(0, usual), aliases=aliases)


class Cycle(Block, subject="mother", privacy="clinical", source="CARTR Plus"):
    """Which cycle it is, and of whom."""

    cycle_kind = element(
        CYCLE_KIND,
        ("Kind of cycle", "Genre de cycle"),
        ("What was meant to be done.", "Ce que l’on voulait faire."),
        required="required",
        aliases=("cycle_type", "treatment_type"),
    )
    cycle_start_date = element(
        "date",
        ("Start of the cycle", "Début du cycle"),
        (
            "The first day of medicine, or of the period in a natural cycle.",
            "Le premier jour de médicament, ou des règles dans un cycle naturel.",
        ),
        privacy="quasi",
        required="required",
        aliases=("start_date", "cycle_date"),
    )
    cycle_funding = element(
        CYCLE_FUNDING,
        ("Who pays for the cycle", "Qui paie le cycle"),
        ("The main payer.", "Le principal payeur."),
        privacy="quasi",
        aliases=("funding",),
    )
    previous_cycles = _number(
        ("Cycles before", "Cycles antérieurs"),
        (
            "Retrievals this woman had before, anywhere.",
            "Ponctions que cette femme a eues avant, où que ce soit.",
        ),
        "prior_cycles",
        usual=15,
    )
    age_at_cycle = element(
        "integer",
        ("Patient's age at the start", "Âge de la patiente au début"),
        ("In completed years.", "En années révolues."),
        privacy="quasi",
        unit="a",
        possible=(12, 65),
        plausible=(18, 50),
        aliases=("female_age", "patient_age"),
    )
    oocyte_age = element(
        "integer",
        ("Age of the source of oocytes", "Âge de la personne dont viennent les ovocytes"),
        ("In completed years, on the day they were taken.", "En années révolues, le jour de la ponction."),
        privacy="quasi",
        unit="a",
        possible=(12, 60),
        plausible=(18, 47),
        aliases=("donor_age",),
    )
    sperm_age = element(
        "integer",
        ("Age of the man", "Âge de l’homme"),
        ("In completed years, at the start of the cycle.", "En années révolues, au début du cycle."),
        privacy="quasi",
        unit="a",
        possible=(14, 99),
        plausible=(18, 65),
        aliases=("male_age", "partner_age"),
    )
    preservation_reason = element(
        PRESERVATION_REASON,
        ("Why eggs or embryos are kept", "Pourquoi garder ovocytes ou embryons"),
        ("Where they are kept for later.", "Lorsqu’ils sont gardés pour plus tard."),
        aliases=("banking_reason",),
    )


class Infertility(Block, subject="mother", privacy="clinical", source="CARTR Plus"):
    """Why help is needed, as far as it is known."""

    cause_male = element(
        YES_NO,
        ("Male factor", "Facteur masculin"),
        ("Sperm few, slow or none.", "Spermatozoïdes rares, lents ou absents."),
        aliases=("male_factor",),
    )
    cause_tubes = element(
        YES_NO,
        ("Tubal factor", "Facteur tubaire"),
        ("Tubes blocked or removed.", "Trompes bouchées ou retirées."),
        aliases=("tubal_factor",),
    )
    cause_ovulation = element(
        YES_NO,
        ("Ovulatory disorder", "Trouble de l’ovulation"),
        ("Polycystic ovaries included.", "Ovaires polykystiques compris."),
        aliases=("pcos", "ovulatory"),
    )
    cause_endometriosis = element(
        YES_NO,
        ("Endometriosis", "Endométriose"),
        ("Seen or presumed.", "Vue ou présumée."),
        aliases=("endometriosis",),
    )
    cause_reserve = element(
        YES_NO,
        ("Diminished ovarian reserve", "Réserve ovarienne diminuée"),
        ("By age, hormone or count.", "Selon l’âge, l’hormone ou le compte."),
        aliases=("dor",),
    )
    cause_uterus = element(
        YES_NO,
        ("Uterine factor", "Facteur utérin"),
        ("Fibroids, septum or no uterus.", "Fibromes, cloison ou absence d’utérus."),
        aliases=("uterine_factor",),
    )
    cause_none_found = element(
        YES_NO,
        ("Unexplained", "Inexpliquée"),
        ("Looked for, and no cause found.", "Recherchée, et aucune cause trouvée."),
        aliases=("unexplained",),
    )
    no_male_partner = element(
        YES_NO,
        ("No male partner", "Pas de partenaire masculin"),
        ("Single, or with a woman.", "Seule, ou avec une femme."),
        privacy="quasi",
        aliases=("single_or_same_sex",),
    )
    anti_mullerian_hormone = element(
        "decimal",
        ("Anti-Müllerian hormone", "Hormone antimüllérienne"),
        ("The last within a year.", "La dernière depuis un an."),
        unit="pmol/L",
        digits=1,
        possible=(0, 500),
        plausible=(0, 120),
        aliases=("amh",),
    )
    follicle_stimulating_hormone = element(
        "decimal",
        ("Follicle-stimulating hormone", "Hormone folliculostimulante"),
        ("Early in a cycle, the highest within a year.", "En début de cycle, la plus haute depuis un an."),
        unit="[IU]/L",
        digits=1,
        possible=(0, 250),
        plausible=(1, 60),
        aliases=("fsh",),
        at=Places(loinc="15067-2"),
    )
    antral_follicle_count = _number(
        ("Antral follicles", "Follicules antraux"),
        ("In both ovaries.", "Dans les deux ovaires."),
        "afc",
        high=200,
        usual=80,
    )


class EggsAndEmbryos(Block, subject="mother", privacy="clinical", source="CARTR Plus"):
    """From medicine to embryos."""

    stimulation = element(
        STIMULATION,
        ("Protocol", "Protocole"),
        (
            "How the ovaries were stimulated, or the uterus prepared.",
            "Comment les ovaires ont été stimulés, ou l’utérus préparé.",
        ),
        aliases=("protocol",),
    )
    gonadotropin_dose = element(
        "integer",
        ("Dose of gonadotropins", "Dose de gonadotrophines"),
        ("In all, in international units.", "En tout, en unités internationales."),
        unit="[IU]",
        possible=(0, 20000),
        plausible=(0, 8000),
        aliases=("total_fsh_dose",),
    )
    stimulation_days = _number(
        ("Days of stimulation", "Jours de stimulation"),
        ("In all.", "En tout."),
        "stim_days",
        high=60,
        usual=20,
    )
    trigger = element(
        TRIGGER,
        ("Trigger", "Déclenchement de l’ovulation"),
        ("What ripened the eggs.", "Ce qui a fait mûrir les ovocytes."),
        aliases=("trigger_type",),
    )
    retrieval_date = element(
        "date",
        ("Date of retrieval", "Date de la ponction"),
        ("The day eggs were taken.", "Le jour où les ovocytes ont été prélevés."),
        privacy="quasi",
        aliases=("opu_date", "oocyte_retrieval_date"),
    )
    oocyte_source = element(
        OOCYTE_SOURCE,
        ("Source of oocytes", "Provenance des ovocytes"),
        ("Own or a donor's, fresh or frozen.", "Siens ou d’une donneuse, frais ou congelés."),
        required="expected",
        aliases=("oocyte_origin", "egg_origin"),
    )
    oocytes_retrieved = _number(
        ("Oocytes retrieved", "Ovocytes prélevés"), ("All of them.", "Tous."), "eggs_retrieved"
    )
    oocytes_mature = _number(
        ("Oocytes mature", "Ovocytes matures"),
        ("In metaphase II.", "En métaphase II."),
        "mature_oocytes",
        "mii",
    )
    oocytes_frozen = _number(
        ("Oocytes frozen", "Ovocytes congelés"), ("Kept as eggs.", "Gardés comme ovocytes."), "eggs_frozen"
    )
    oocytes_thawed = _number(
        ("Oocytes thawed", "Ovocytes décongelés"), ("For this cycle.", "Pour ce cycle."), "eggs_thawed"
    )
    sperm_source = element(
        SPERM_SOURCE,
        ("Source of sperm", "Provenance du sperme"),
        ("And how it was obtained.", "Et comment il a été obtenu."),
        aliases=("sperm_origin",),
    )
    fertilisation = element(
        FERTILISATION,
        ("Method of fertilisation", "Mode de fécondation"),
        ("In the dish, by injection, or both.", "En boîte, par injection, ou les deux."),
        aliases=("insemination_method",),
    )
    oocytes_fertilised = _number(
        ("Oocytes fertilised", "Ovocytes fécondés"),
        ("With two pronuclei.", "À deux pronoyaux."),
        "fertilized",
        "2pn",
    )
    blastocysts = _number(
        ("Blastocysts", "Blastocystes"),
        ("Good enough to use.", "Assez bons pour servir."),
        "usable_blastocysts",
    )
    embryo_test = element(
        EMBRYO_TEST,
        ("Test of embryos", "Test des embryons"),
        ("Before transfer.", "Avant le transfert."),
        aliases=("pgt",),
    )
    embryos_tested = _number(("Embryos tested", "Embryons testés"), ("How many.", "Combien."), "pgt_count")
    embryos_frozen = _number(
        ("Embryos frozen", "Embryons congelés"),
        ("At the end of this cycle.", "À la fin de ce cycle."),
        "cryo_count",
    )
    embryos_thawed = _number(
        ("Embryos thawed", "Embryons décongelés"), ("For this cycle.", "Pour ce cycle."), "thawed"
    )
    cycle_end = element(
        CYCLE_END,
        ("How the cycle ended", "Comment le cycle a fini"),
        ("With a transfer, or before one.", "Par un transfert, ou avant."),
        required="expected",
        aliases=("cycle_status", "cancellation"),
    )
