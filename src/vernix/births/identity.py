"""Who it is about: the record, the child, the mother. Shared by the encounters."""

from __future__ import annotations

from vernix.births.codes import HEALTH_CARD
from vernix.births.declaring import Block, element
from vernix.births.elements import Places

# By the kinds of identifier in HL7 table 0203: a medical record, a jurisdiction's health number.
CHART_NUMBER = "Patient.identifier.where(type.coding.code='MR').value"
HEALTH_NUMBER = "Patient.identifier.where(type.coding.code='JHN').value"


class Record(Block, subject="event", privacy="direct"):
    """One record of a site."""

    record_number = element(
        "text",
        ("Record number", "Numéro de dossier"),
        (
            "The site's own number for what this row is about; a later row with the same number corrects "
            "the earlier one.",
            "Le numéro que l’établissement donne à l’objet de cette ligne ; une ligne ultérieure de même "
            "numéro corrige la précédente.",
        ),
        source="BORN UniqueVendorIDSequence",
        required="expected",
        longest=40,
        aliases=("rownames", "record id", "record_id", "fileno", "uniquevendoridsequence", "id", "case"),
        at=Places(
            ije=("FILENO",),
            hl7=(
                "OBR-3",
                "ORC-3",
                "OBR-2",
                "ORC-2",
                "PV1-19",
                "PID-18",
                "PID-3:MR",
                "PID-3:",
                "PID-2",
                "PID:MTH-18",
                "PID:MTH-3:MR",
                "PID:MTH-3:",
                "PID:MTH-2",
            ),
            fhir=("Bundle.identifier",),
            xml=("UniqueVendorIDSequence",),
        ),
    )
    site = element(
        "text",
        ("Site", "Établissement"),
        (
            "The site where this care was given, when a partner sends for several.",
            "L’établissement où ces soins ont été donnés, lorsqu’un partenaire envoie pour plusieurs.",
        ),
        source="BORN OrganizationID",
        privacy="quasi",
        longest=50,
        aliases=("organizationid", "facility", "hospital", "hospital_id", "fnpi", "etablissement"),
        at=Places(
            ije=("FNPI",),
            hl7=("PV1-3.4", "MSH-4", "MSH-4.2"),
            fhir=("Location.identifier",),
            xml=("OrganizationID",),
        ),
    )
    override = element(
        "text",
        ("Warnings overridden", "Avertissements levés"),
        (
            "Codes of warnings that the site has looked at and stands by, with spaces between; errors cannot "
            "be overridden.",
            "Les codes des avertissements que l’établissement a examinés et maintient, séparés par des "
            "espaces ; une erreur ne peut être levée.",
        ),
        source="vernix",
        longest=200,
        aliases=("overrides", "override_codes"),
    )
    override_reason = element(
        "text",
        ("Why they are overridden", "Motif de la levée"),
        (
            "Why the row is right although it was warned of; kept sealed, with the record.",
            "Pourquoi la ligne est juste malgré l’avertissement ; gardé sous scellé, avec le dossier.",
        ),
        source="vernix",
        longest=500,
        aliases=("reason_for_override",),
    )


class ChildIdentity(Block, subject="child", privacy="direct"):
    """Who a child is."""

    child_family_name = element(
        "text",
        ("Child's family name", "Nom de famille de l’enfant"),
        (
            "As written at the site; often the mother's, and often changed later.",
            "Tel qu’écrit par l’établissement ; souvent celui de la mère, souvent changé ensuite.",
        ),
        source="BORN LastName",
        aliases=("baby_last_name", "child_last_name", "infant_last_name", "kidlname", "nom_enfant"),
        at=Places(ije=("KIDLNAME",), hl7=("PID-5.1",), fhir=("Patient.name.family",), xml=("LastName",)),
    )
    child_given_names = element(
        "text",
        ("Child's given names", "Prénoms de l’enfant"),
        (
            "Blank, or a stand-in such as Baby Girl, until the child is named.",
            "En blanc, ou un nom provisoire tel que Bébé fille, jusqu’à ce que l’enfant soit nommé.",
        ),
        source="BORN FirstName",
        aliases=("baby_first_name", "child_first_name", "infant_first_name", "kidfname", "prenom_enfant"),
        at=Places(
            ije=("KIDFNAME", "KIDMNAME"), hl7=("PID-5.2+3",), fhir=("Patient.name.given",), xml=("FirstName",)
        ),
    )
    child_health_number = element(
        "text",
        ("Child's health number", "Numéro de carte Santé de l’enfant"),
        (
            "Ten digits in Ontario, without the version code; the number given in advance on the "
            "registration form counts. Blank if there is none: never the mother's.",
            "Dix chiffres en Ontario, sans le code de version ; le numéro attribué d’avance sur le "
            "formulaire compte. En blanc s’il n’y en a pas : jamais celui de la mère.",
        ),
        source="BORN HealthCardNum; Ontario form 4440-82",
        longest=20,
        aliases=("baby_hcn", "infant_hcn", "child_hcn", "baby_health_number", "hcn_enfant", "infant_hin"),
        at=Places(hl7=("PID-3:JHN",), fhir=(HEALTH_NUMBER,), xml=("HealthCardNum",)),
    )
    child_health_card = element(
        HEALTH_CARD,
        ("Issuer of the child's health card", "Émetteur de la carte Santé de l’enfant"),
        (
            "Whose number the child's health number is; a blank means Ontario.",
            "De qui est le numéro de carte Santé de l’enfant ; un blanc signifie l’Ontario.",
        ),
        source="BORN HealthCardType",
        privacy="quasi",
        aliases=("healthcardtype", "baby_health_card_type"),
        at=Places(hl7=("PID-3:JHN.4",), xml=("HealthCardType",)),
    )
    child_chart_number = element(
        "text",
        ("Child's chart number", "Numéro de dossier médical de l’enfant"),
        (
            "The site's own number for the child; it changes when the child is transferred.",
            "Le numéro de l’enfant dans l’établissement ; il change lors d’un transfert.",
        ),
        source="BORN ChartNumber",
        longest=20,
        aliases=("chartnumber", "chart_number", "baby_chart", "mrn", "baby_mrn"),
        at=Places(
            ije=("INF_MED_REC_NUM",),
            hl7=("PID-3:MR", "PID-3:PI", "PID-3:", "PID-2"),
            fhir=(CHART_NUMBER,),
            xml=("ChartNumber",),
        ),
    )


class MotherIdentity(Block, subject="mother", privacy="direct"):
    """Who a mother is, and where she lives."""

    mother_family_name = element(
        "text",
        ("Mother's family name", "Nom de famille de la mère"),
        ("As on her health card.", "Comme sur sa carte Santé."),
        source="BORN LastName",
        aliases=("mother_last_name", "momlname", "maternal_last_name", "nom_mere"),
        at=Places(
            ije=("MOMLNAME",),
            hl7=("NK1:MTH-2.1", "PID:MTH-5.1"),
            fhir=("Patient.name.family",),
            xml=("LastName",),
        ),
    )
    mother_given_names = element(
        "text",
        ("Mother's given names", "Prénoms de la mère"),
        ("As on her health card.", "Comme sur sa carte Santé."),
        source="BORN FirstName",
        aliases=("mother_first_name", "momfname", "maternal_first_name", "prenom_mere"),
        at=Places(
            ije=("MOMFNAME", "MOMMIDDL"),
            hl7=("NK1:MTH-2.2+3", "PID:MTH-5.2+3"),
            fhir=("Patient.name.given",),
            xml=("FirstName",),
        ),
    )
    mother_birth_family_name = element(
        "text",
        ("Mother's family name at birth", "Nom de naissance de la mère"),
        ("Before any marriage.", "Avant tout mariage."),
        source="IJE natality",
        aliases=("mommaidn", "maiden_name", "nom_jeune_fille"),
        at=Places(ije=("MOMMAIDN",), hl7=("PID-6.1",), fhir=("Patient.name.where(use='maiden').family",)),
    )
    mother_birth_date = element(
        "date",
        ("Mother's date of birth", "Date de naissance de la mère"),
        ("The day the mother was born.", "Le jour où la mère est née."),
        source="BORN DOB",
        aliases=("mother_dob", "mdob", "maternal_dob", "date_naissance_mere"),
        at=Places(
            ije=("MDOB_YR", "MDOB_MO", "MDOB_DY"),
            hl7=("NK1:MTH-16", "PID:MTH-7"),
            fhir=("Patient.birthDate",),
            xml=("DOB",),
        ),
    )
    mother_health_number = element(
        "text",
        ("Mother's health number", "Numéro de carte Santé de la mère"),
        (
            "Ten digits in Ontario, without the version code.",
            "Dix chiffres en Ontario, sans le code de version.",
        ),
        source="BORN HealthCardNum",
        longest=20,
        aliases=("mother_hcn", "maternal_hcn", "hcn_mere", "mother_hin"),
        at=Places(
            hl7=("PID-21:JHN", "NK1:MTH-33:JHN", "PID:MTH-3:JHN"),
            fhir=(HEALTH_NUMBER,),
            xml=("HealthCardNum",),
        ),
    )
    mother_health_card = element(
        HEALTH_CARD,
        ("Issuer of the mother's health card", "Émetteur de la carte Santé de la mère"),
        (
            "Whose number the mother's health number is; a blank means Ontario.",
            "De qui est le numéro de carte Santé de la mère ; un blanc signifie l’Ontario.",
        ),
        source="BORN HealthCardType",
        privacy="quasi",
        aliases=("mother_health_card_type",),
        at=Places(hl7=("PID-21:JHN.4", "NK1:MTH-33:JHN.4", "PID:MTH-3:JHN.4"), xml=("HealthCardType",)),
    )
    mother_chart_number = element(
        "text",
        ("Mother's chart number", "Numéro de dossier médical de la mère"),
        ("The site's own number for the mother.", "Le numéro de la mère dans l’établissement."),
        source="BORN ChartNumber",
        longest=20,
        aliases=("mother_chart", "mother_mrn"),
        at=Places(
            ije=("MOM_MED_REC_NUM",),
            hl7=(
                "PID-21:MR",
                "PID-21:PI",
                "PID-21:",
                "NK1:MTH-33:MR",
                "PID:MTH-3:MR",
                "PID:MTH-3:PI",
                "PID:MTH-3:",
                "PID:MTH-2",
            ),
            fhir=(CHART_NUMBER,),
            xml=("ChartNumber",),
        ),
    )
    address_line_1 = element(
        "text",
        ("Address, line 1", "Adresse, ligne 1"),
        ("Number and street where the mother lives.", "Numéro et rue où vit la mère."),
        source="BORN ResidentAddressLine1",
        aliases=("residentaddressline1", "address", "street", "adresse"),
        at=Places(
            ije=("ADDRESS", "STNUM", "PREDIR", "STNAME", "STDESIG", "POSTDIR"),
            hl7=("NK1:MTH-4.1", "PID-11.1", "PID:MTH-11.1"),
            fhir=("Patient.address.line[0]",),
            xml=("ResidentAddressLine1",),
        ),
    )
    address_line_2 = element(
        "text",
        ("Address, line 2", "Adresse, ligne 2"),
        ("Apartment, rural route, or care of.", "Appartement, route rurale, ou aux soins de."),
        source="BORN ResidentAddressLine2",
        aliases=("residentaddressline2", "address2"),
        at=Places(
            ije=("UNUM",),
            hl7=("NK1:MTH-4.2", "PID-11.2", "PID:MTH-11.2"),
            fhir=("Patient.address.line[1]",),
            xml=("ResidentAddressLine2",),
        ),
    )
    city = element(
        "text",
        ("City", "Ville"),
        ("City, town or community where the mother lives.", "Ville ou communauté où vit la mère."),
        source="BORN ResidentCity",
        longest=100,
        aliases=("residentcity", "town", "municipality", "ville"),
        at=Places(
            ije=("CITYTEXT",),
            hl7=("NK1:MTH-4.3", "PID-11.3", "PID:MTH-11.3"),
            fhir=("Patient.address.city",),
            xml=("ResidentCity",),
        ),
    )
    postal_code = element(
        "text",
        ("Postal code", "Code postal"),
        (
            "Of the mother's home: letter, digit, letter, digit, letter, digit.",
            "Du domicile de la mère : lettre, chiffre, lettre, chiffre, lettre, chiffre.",
        ),
        source="BORN ResidentPostalCode",
        longest=10,
        aliases=("residentpostalcode", "postalcode", "postcode", "zip"),
        at=Places(
            ije=("ZIPCODE",),
            hl7=("NK1:MTH-4.5", "PID-11.5", "PID:MTH-11.5"),
            fhir=("Patient.address.postalCode",),
            xml=("ResidentPostalCode",),
        ),
    )
    phone = element(
        "text",
        ("Telephone", "Téléphone"),
        ("A number at which the mother can be reached.", "Un numéro où joindre la mère."),
        source="BORN Antenatal record",
        longest=40,
        aliases=("telephone", "phone_number"),
        at=Places(
            hl7=("NK1:MTH-5", "PID-13", "PID:MTH-13"), fhir=("Patient.telecom.where(system='phone').value",)
        ),
    )


class PregnancyIdentity(Block, subject="mother", privacy="quasi"):
    """Which of her pregnancies: what ties its encounters together."""

    episode_number = element(
        "text",
        ("Number of the pregnancy", "Numéro de la grossesse"),
        (
            "The site's own number for this pregnancy, the same in all its encounters there.",
            "Le numéro que l’établissement donne à cette grossesse, le même dans toutes ses rencontres.",
        ),
        source="BORN Antenatal record",
        privacy="direct",
        longest=40,
        aliases=("episodeid", "episode_id", "pregnancy_id", "numero_grossesse"),
    )
    due_date = element(
        "date",
        ("Estimated date of birth", "Date prévue d’accouchement"),
        (
            "The final one: 280 days after the first day of the last period, as corrected by ultrasound "
            "or by the date of a transfer.",
            "La définitive : 280 jours après le premier jour des dernières règles, corrigée par "
            "l’échographie ou par la date d’un transfert.",
        ),
        source="BORN Antenatal record; SOGC 388",
        required="expected",
        aliases=("edb", "edd", "edc", "finaledb", "final_edb", "estimated_due_date", "dpa"),
        at=Places(xml=("finalEDB",), loinc="11778-8"),
    )
