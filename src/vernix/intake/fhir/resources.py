"""The parts of FHIR R4 that are read, as types: what a parser need not make costs nothing.

Each kind of resource that is read has a type with the fields that are; of the others only the name is known.
A document with a field of another shape is refused as a whole (`vernix.intake.fhir.documents`).

Source: FHIR R4 (4.0.1), the pages of the resources and of the data types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from msgspec import Struct, defstruct, field

Figure = int | float | str
"""Some write a number as a text; it is read as one all the same."""


class Part(Struct, rename="camel", gc=False, kw_only=True):
    """Any element: what extends it stands with it, or for a plain value beside it (``_birthDate``).

    What is not there is None, lists too: nearly all of them are missing from nearly all elements.
    """

    extension: list[Extension] | None = None


class Coding(Part):
    """A code; none that is read means different things in two systems."""

    code: str | None = None


class Concept(Part):
    """CodeableConcept: codes that mean the same, or a text alone."""

    coding: list[Coding] | None = None
    text: str | None = None


class ToldCoding(Coding):
    """A code that answers, and what a person reads there: laboratories send codes of their own."""

    display: str | None = None


class Told(Part):
    """CodeableConcept as an answer."""

    coding: list[ToldCoding] | None = None
    text: str | None = None


class Quantity(Part):
    """A figure and its unit."""

    value: Figure | None = None
    value_extended: Part | None = field(default=None, name="_value")
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Extension(Part):
    """What a profile adds: ``url`` says what it is."""

    url: str
    value_string: str | None = None
    value_code: str | None = None
    value_date_time: str | None = None
    value_codeable_concept: Concept | None = None
    value_quantity: Quantity | None = None
    value_positive_int: Figure | None = None
    value_unsigned_int: Figure | None = None


class Reference(Part):
    """A pointer to another resource."""

    reference: str | None = None


class Identifier(Part):
    """A number somebody is known by."""

    type: Concept | None = None
    system: str | None = None
    value: str | None = None


class Name(Part):
    """HumanName."""

    use: str | None = None
    family: str | None = None
    given: list[str | None] | None = None


class Address(Part):
    """Where somebody lives."""

    use: str | None = None
    line: list[str | None] | None = None
    city: str | None = None
    postal_code: str | None = None


class Telecom(Part):
    """ContactPoint."""

    system: str | None = None
    value: str | None = None


class Answer(Part):
    """What holds a value: an Observation, a component of it, or an answer of a form."""

    value_quantity: Quantity | None = None
    value_codeable_concept: Told | None = None
    value_integer: Figure | None = None
    value_boolean: bool | str | None = None
    value_date_time: str | None = None
    value_string: str | None = None
    value_time: str | None = None
    value_date: str | None = None
    value_coding: ToldCoding | None = None
    value_decimal: Figure | None = None
    value_integer_extended: Part | None = field(default=None, name="_valueInteger")
    value_boolean_extended: Part | None = field(default=None, name="_valueBoolean")
    value_date_time_extended: Part | None = field(default=None, name="_valueDateTime")
    value_string_extended: Part | None = field(default=None, name="_valueString")
    value_time_extended: Part | None = field(default=None, name="_valueTime")
    value_date_extended: Part | None = field(default=None, name="_valueDate")
    data_absent_reason: Concept | None = None
    item: list[Item] | None = None


class Component(Answer):
    """A part of an Observation that answers a question of its own."""

    code: Concept | None = None


class Item(Part):
    """A question of a form, or a group of some."""

    link_id: str = ""
    answer: list[Answer] | Answer | None = None
    item: list[Item] | None = None


class Evidence(Part):
    """What a Condition was found by."""

    code: list[Concept] | None = None


class Section(Part):
    """A part of a Composition, about somebody."""

    code: Concept | None = None
    focus: Reference | None = None


class Place(Part):
    """Where an Encounter was: a Location, or its kind."""

    location: Reference | None = None
    physical_type: Concept | None = None


class Period(Part):
    """From when to when."""

    start: str | None = None
    end: str | None = None


class Language(Part):
    """What somebody speaks."""

    language: Concept | None = None


class Collection(Part):
    """How a Specimen was taken."""

    collected_date_time: str | None = None


class Hospitalization(Part):
    """Where an Encounter's patient came from and went to."""

    admit_source: Concept | None = None
    discharge_disposition: Concept | None = None


class Meta(Part):
    """What a resource says of itself."""

    profile: list[str] | None = None


class Entry(Part):
    """A resource of a Bundle, and its address."""

    full_url: str | None = None
    resource: Resource | None = None


class _Resource(Part, tag_field="resourceType", tag=True):
    id: str | None = None
    contained: list[Resource] | None = None


class Bundle(_Resource):
    """Resources together: a document, a message, a collection."""

    type: str | None = None
    identifier: Identifier | None = None
    entry: list[Entry] | None = None


class MessageHeader(_Resource):
    """What a message is for."""

    event_uri: str | None = None
    event_coding: Coding | None = None


class Composition(_Resource):
    """What a document is, and whom its parts are about."""

    type: Concept | None = None
    subject: Reference | None = None
    section: list[Section] | None = None


class Patient(_Resource):
    """Somebody; a RelatedPerson has the same fields and says to whom they are what."""

    meta: Meta | None = None
    identifier: list[Identifier] | None = None
    name: list[Name] | None = None
    gender: str | None = None
    birth_date: str | None = None
    birth_date_extended: Part | None = field(default=None, name="_birthDate")
    multiple_birth_integer: Figure | None = None
    multiple_birth_integer_extended: Part | None = field(default=None, name="_multipleBirthInteger")
    multiple_birth_boolean: bool | None = None
    multiple_birth_boolean_extended: Part | None = field(default=None, name="_multipleBirthBoolean")
    address: list[Address] | None = None
    telecom: list[Telecom] | None = None
    deceased_date_time: str | None = None
    communication: list[Language] | None = None


class RelatedPerson(Patient):
    """Somebody by what they are to a Patient."""

    patient: Reference | None = None
    relationship: list[Concept] | None = None


class Observation(Answer, tag_field="resourceType", tag=True):
    """An answer to a question that a code asks."""

    id: str | None = None
    contained: list[Resource] | None = None
    status: str | None = None
    code: Concept | None = None
    subject: Reference | None = None
    focus: list[Reference] | None = None
    component: list[Component] | None = None


class Condition(_Resource):
    """A diagnosis."""

    verification_status: Concept | None = None
    category: list[Concept] | None = None
    code: Concept | None = None
    subject: Reference | None = None
    evidence: list[Evidence] | None = None


class Procedure(_Resource):
    """What was done."""

    status: str | None = None
    category: Concept | None = None
    code: Concept | None = None
    subject: Reference | None = None


class Encounter(_Resource):
    """A stay, or the part of another one."""

    status: str | None = None
    subject: Reference | None = None
    part_of: Reference | None = None
    location: list[Place] | None = None
    hospitalization: Hospitalization | None = None
    period: Period | None = None


class Coverage(_Resource):
    """Who pays."""

    type: Concept | None = None
    beneficiary: Reference | None = None


class Location(_Resource):
    """A site."""

    type: list[Concept] | None = None
    identifier: list[Identifier] | None = None


class QuestionnaireResponse(_Resource):
    """A form that is filled in."""

    subject: Reference | None = None
    item: list[Item] | None = None


class DiagnosticReport(_Resource):
    """What a laboratory reports."""

    subject: Reference | None = None
    effective_date_time: str | None = None
    issued: str | None = None


class Specimen(_Resource):
    """What was taken from somebody."""

    subject: Reference | None = None
    received_time: str | None = None
    collection: Collection | None = None


class Unread(_Resource):
    """A resource of which nothing is read."""


READ = frozenset(
    {
        *(Condition, Procedure, Composition, Encounter, Coverage, Location, QuestionnaireResponse),
        *(DiagnosticReport, Specimen),
    }
)
"""Resources of which something is read, besides people and Observations."""

_NAMES = """
Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic
Binary BiologicallyDerivedProduct BodyStructure CapabilityStatement CarePlan CareTeam CatalogEntry
ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication
CommunicationRequest CompartmentDefinition ConceptMap Consent Contract CoverageEligibilityRequest
CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest
DeviceUseStatement DocumentManifest DocumentReference EffectEvidenceSynthesis Endpoint EnrollmentRequest
EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario
ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService
ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide
InsurancePlan Invoice Library Linkage List Measure MeasureReport Media Medication MedicationAdministration
MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement MedicinalProduct
MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication
MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MolecularSequence
NamingSystem NutritionOrder ObservationDefinition OperationDefinition OperationOutcome Organization
OrganizationAffiliation Parameters PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner
PractitionerRole Provenance Questionnaire RequestGroup ResearchDefinition ResearchElementDefinition
ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest
Slot SpecimenDefinition StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid
SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial
SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript
ValueSet VerificationResult VisionPrescription
"""
"""The resources of R4 that are not read."""

Resource = (
    Observation
    | Condition
    | Procedure
    | Patient
    | RelatedPerson
    | Composition
    | Encounter
    | Coverage
    | Location
    | QuestionnaireResponse
    | DiagnosticReport
    | Specimen
    | MessageHeader
    | Bundle
    | Unread
)
"""Any resource."""
if not TYPE_CHECKING:
    # A parser tells resources by name; those of which nothing is read each need a type for theirs.
    Resource = Union[Resource, *(defstruct(name, [], bases=(Unread,), tag=name) for name in _NAMES.split())]
