"""The newborn-screening card: which sample, of whom, taken when and how."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.newborn.screening.codes import (
    COLLECTION_METHOD,
    SAMPLE_QUALITY,
    SCREEN_DECISION,
    SCREEN_FEEDING,
    SCREEN_NOT_DONE_REASON,
    SCREEN_REASON,
    UNSATISFACTORY_REASON,
)


class ScreenDecision(Block, subject="child", privacy="clinical", source="NSO card; missed-screen alert"):
    """Whether a screen was taken, and if not, why."""

    screen_decision = element(
        SCREEN_DECISION,
        ("What was decided", "Ce qui a été décidé"),
        (
            "Whether a blood-spot sample was collected, declined or deferred.",
            "Si un prélèvement de sang séché a été fait, refusé ou reporté.",
        ),
        required="expected",
        aliases=("screen_status", "decision", "nbs_status"),
    )
    screen_decision_date = element(
        "date",
        ("Date of decline or deferral", "Date du refus ou du report"),
        ("The day the parents declined or the screen was put off.", "Le jour du refus ou du report."),
        privacy="quasi",
        aliases=("decline_date", "deferral_date"),
    )
    screen_not_done_reason = element(
        SCREEN_NOT_DONE_REASON,
        ("Why no sample was collected", "Pourquoi aucun prélèvement n’a été fait"),
        (
            "The main reason; the answer to a missed-screen alert.",
            "La raison principale ; la réponse à une alerte de dépistage omis.",
        ),
        aliases=("missed_reason", "decline_reason"),
    )


class Card(Block, subject="child", privacy="direct", source="NSO card"):
    """The card, and who answers for the child."""

    card_number = element(
        "text",
        ("Card number", "Numéro de la fiche"),
        (
            "The bar code printed on the card: it names this sample and no other.",
            "Le code à barres imprimé sur la fiche : il désigne ce prélèvement et nul autre.",
        ),
        required="expected",
        longest=40,
        aliases=("barcode", "bar_code", "form_number", "kit_number", "numero_fiche"),
        at=Places(loinc="57723-9"),
    )
    initial_card_number = element(
        "text",
        ("Card number of the initial sample", "Numéro de la fiche du premier prélèvement"),
        (
            "Of a repeat: the card number of this child's first sample.",
            "Pour une reprise : le numéro de la fiche du premier prélèvement de cet enfant.",
        ),
        longest=40,
        aliases=("initial_barcode", "previous_barcode", "linked_card"),
        at=Places(loinc="57711-4"),
    )
    card_expiry = element(
        "date",
        ("Card expires", "Péremption de la fiche"),
        (
            "The last day of the month printed on the card.",
            "Le dernier jour du mois imprimé sur la fiche.",
        ),
        privacy="clinical",
        aliases=("expiry", "expiry_date", "card_expiration"),
    )
    birth_facility = element(
        "text",
        ("Facility of birth", "Établissement de naissance"),
        (
            "Name of the hospital, birth centre or practice where the child was born.",
            "Nom de l’hôpital, de la maison de naissance ou du cabinet où l’enfant est né.",
        ),
        longest=120,
        aliases=("birth_hospital", "hopital_naissance"),
        at=Places(loinc="62330-6"),
    )
    primary_care_provider = element(
        "text",
        ("Primary care provider", "Fournisseur de soins primaires"),
        (
            "Who will follow the child and receive its result.",
            "Qui suivra l’enfant et recevra son résultat.",
        ),
        longest=120,
        aliases=("pcp", "physician", "post_discharge_provider", "medecin"),
        at=Places(loinc="62324-9"),
    )
    primary_care_phone = element(
        "text",
        ("Telephone of the primary care provider", "Téléphone du fournisseur de soins primaires"),
        ("Where a positive result can be told at once.", "Où annoncer sans délai un résultat positif."),
        longest=40,
        aliases=("pcp_phone", "physician_phone"),
        at=Places(loinc="62328-0"),
    )


class Sample(Block, subject="child", privacy="clinical", source="NSO card"):
    """How and when the sample was taken, and what of the child can change a result."""

    screen_reason = element(
        SCREEN_REASON,
        ("Initial or repeat", "Premier ou reprise"),
        (
            "Whether this is the child's first sample, or why another was taken.",
            "S’il s’agit du premier prélèvement de l’enfant, ou pourquoi un autre a été fait.",
        ),
        required="expected",
        aliases=("sample_type", "initial_or_repeat", "reason_for_test"),
        at=Places(loinc="57721-3"),
    )
    collection_date = element(
        "date",
        ("Date of collection", "Date du prélèvement"),
        ("The day the heel was pricked.", "Le jour de la piqûre au talon."),
        privacy="quasi",
        required="expected",
        aliases=("collected", "date_collected", "collection date", "specimen_date", "date_prelevement"),
        at=Places(hl7=("OBR-7", "SPM-17"), fhir=("Specimen.collection.collectedDateTime",)),
    )
    collection_time = element(
        "time",
        ("Time of collection", "Heure du prélèvement"),
        (
            "Local time. Without it nobody can say whether 24 hours had passed.",
            "Heure locale. Sans elle, nul ne peut dire si 24 heures s’étaient écoulées.",
        ),
        privacy="quasi",
        required="expected",
        aliases=("time_collected", "collection time", "heure_prelevement"),
        at=Places(hl7=("OBR-7", "SPM-17"), fhir=("Specimen.collection.collectedDateTime",)),
    )
    age_at_collection = element(
        "integer",
        ("Age at collection", "Âge au prélèvement"),
        ("In completed hours since birth.", "En heures révolues depuis la naissance."),
        unit="h",
        possible=(0, 20000),
        plausible=(12, 1500),
        aliases=("age_hours", "newborn_age_in_hours", "age_at_collection_hours"),
        at=Places(loinc="73806-2"),
    )
    collected_before_24h = element(
        YES_NO,
        ("Collected before 24 h", "Prélevé avant 24 h"),
        (
            "Marked on the card: some conditions cannot be judged so early.",
            "Coché sur la fiche : certaines maladies ne peuvent être jugées si tôt.",
        ),
        aliases=("lt24", "under_24h", "early_sample"),
    )
    collection_method = element(
        COLLECTION_METHOD,
        ("How it was collected", "Mode de prélèvement"),
        ("From where the blood was taken.", "D’où le sang a été prélevé."),
        aliases=("specimen_source", "mode_prelevement"),
    )
    weight_at_collection = element(
        "integer",
        ("Weight at collection", "Poids au prélèvement"),
        (
            "When the sample was taken, in grams; not the birth weight.",
            "Au moment du prélèvement, en grammes ; non le poids à la naissance.",
        ),
        unit="g",
        possible=(200, 15000),
        plausible=(400, 6000),
        aliases=("current_weight", "weight_when_taken"),
        at=Places(loinc="58229-6"),
    )
    feeding_at_collection = element(
        SCREEN_FEEDING,
        ("Feeding at collection", "Alimentation au prélèvement"),
        (
            "What the child was fed in the 24 hours before; parenteral nutrition changes amino acids.",
            "Ce que l’enfant a reçu dans les 24 heures précédentes ; la nutrition parentérale modifie "
            "les acides aminés.",
        ),
        aliases=("feeding_type", "feeding_status", "feeding", "alimentation"),
        at=Places(loinc="67704-7"),
    )
    child_transfused = element(
        YES_NO,
        ("Child transfused", "Enfant transfusé"),
        (
            "Whether the child received a blood product, before birth or since.",
            "Si l’enfant a reçu un produit sanguin, avant ou depuis la naissance.",
        ),
        aliases=("transfused", "infant_transfused"),
    )
    child_transfusion_date = element(
        "date",
        ("Date of the child's last transfusion", "Date de la dernière transfusion de l’enfant"),
        ("The last before this sample.", "La dernière avant ce prélèvement."),
        privacy="quasi",
        aliases=("transfusion_date", "date_transfusion", "last_transfusion"),
        at=Places(loinc="62317-3"),
    )
    child_transfusion_time = element(
        "time",
        ("Time of the child's last transfusion", "Heure de la dernière transfusion de l’enfant"),
        ("Local time at which it began.", "Heure locale de son début."),
        privacy="quasi",
        aliases=("transfusion_time",),
    )
    in_nicu_at_collection = element(
        YES_NO,
        ("In intensive care at collection", "Aux soins intensifs au prélèvement"),
        (
            "Whether the child was in an intensive or special care nursery.",
            "Si l’enfant était dans une unité de soins intensifs ou spéciaux.",
        ),
        aliases=("nicu_at_collection", "infant_in_icu", "la12419-0"),
    )
    meconium_ileus = element(
        YES_NO,
        ("Meconium ileus or bowel obstruction", "Iléus méconial ou occlusion intestinale"),
        (
            "It hides cystic fibrosis from the first test of the screen.",
            "Il dissimule la fibrose kystique au premier test du dépistage.",
        ),
        aliases=("bowel_obstruction", "ileus"),
    )
    steroids_to_child = element(
        YES_NO,
        ("Steroids to the child", "Stéroïdes à l’enfant"),
        (
            "Before the sample; they lower what adrenal and thyroid screens measure.",
            "Avant le prélèvement ; ils abaissent ce que mesurent les dépistages surrénal et thyroïdien.",
        ),
        aliases=("infant_steroids",),
    )
    steroids_to_mother = element(
        YES_NO,
        ("Steroids to the mother", "Stéroïdes à la mère"),
        ("Within the two weeks before birth.", "Dans les deux semaines avant la naissance."),
        subject="mother",
        aliases=("maternal_steroids",),
    )
    mother_thyroid_treated = element(
        YES_NO,
        ("Mother treated for thyroid disease", "Mère traitée pour une maladie thyroïdienne"),
        ("In this pregnancy.", "Pendant cette grossesse."),
        subject="mother",
        aliases=("maternal_thyroid",),
    )
    hearing_risk_consent = element(
        YES_NO,
        ("Consent to test risk of hearing loss", "Consentement au test de risque de surdité"),
        (
            "Whether the parents agreed that the sample be tested for cytomegalovirus and for genes of "
            "hearing loss.",
            "Si les parents ont consenti à la recherche du cytomégalovirus et de gènes de surdité.",
        ),
        aliases=("phl_consent", "hearing_consent"),
    )


class SampleReceived(Block, subject="child", privacy="clinical", source="NSO laboratory"):
    """What the laboratory says of the sample itself."""

    received_date = element(
        "date",
        ("Date received", "Date de réception"),
        (
            "The day the sample reached the laboratory.",
            "Le jour où le prélèvement est arrivé au laboratoire.",
        ),
        privacy="quasi",
        aliases=("date_received", "receipt_date", "date_reception"),
        at=Places(hl7=("OBR-14", "SPM-18"), fhir=("Specimen.receivedTime",)),
    )
    received_time = element(
        "time",
        ("Time received", "Heure de réception"),
        ("Local time at the laboratory.", "Heure locale au laboratoire."),
        privacy="quasi",
        aliases=("time_received",),
        at=Places(hl7=("OBR-14", "SPM-18"), fhir=("Specimen.receivedTime",)),
    )
    sample_quality = element(
        SAMPLE_QUALITY,
        ("Sample satisfactory", "Prélèvement satisfaisant"),
        (
            "Whether the sample could be tested. Unsatisfactory ones are the first measure of the dashboard.",
            "Si le prélèvement pouvait être analysé. Les insatisfaisants sont le premier indicateur du "
            "tableau de bord.",
        ),
        required="expected",
        aliases=("specimen_quality", "satisfactory", "unsat", "qualite"),
        at=Places(loinc="57718-9"),
    )
    unsatisfactory_reason = element(
        UNSATISFACTORY_REASON,
        ("Why it was unsatisfactory", "Pourquoi il était insatisfaisant"),
        ("The main reason.", "La raison principale."),
        aliases=("unsat_reason", "reason_unsatisfactory", "rejection_reason"),
    )
