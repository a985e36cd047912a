"""``vernix check``: a partner's file, checked on this machine with the registry's own rules.

Nothing leaves the machine: no network is used. What is said here is what the registry will say later,
because both call the same reader.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from vernix.console import language, say
from vernix.errors import DataRefused, UsageError
from vernix.partner import state
from vernix.partner.check_answers import Wanted, answer_to, answer_to_refused
from vernix.partner.options import Data, Fhir, Json

if TYPE_CHECKING:
    from vernix.intake.acknowledgement import Acknowledgement
    from vernix.intake.reading import Reading
    from vernix.intake.source import Source


def check(  # noqa: PLR0913 - each is an option of the command
    file: Path,
    /,
    *,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    format_: Annotated[str | None, Parameter(name="--format")] = None,
    mapping: Path | None = None,
    propose: bool = False,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    save: bool = False,
    ack: Path | None = None,
    html: Path | None = None,
    french: bool = False,
    json: Json = False,
    fhir: Fhir = False,
    data: Data = None,
) -> int:
    """Check a file with the registry's own rules, offline.

    Prints how many rows would be accepted, warned about and rejected, and what to do about each finding.
    Ends with 0 if every row would be accepted, with 1 if a row or the file would be rejected.

    Parameters
    ----------
    file
        The file to check.
    as_
        The encounter that its rows are, for instance birth. Left out: recognised by the columns.
    format_
        The file's format, such as csv. Left out: recognised by its content.
    mapping
        The column mapping to read it with. Left out: a saved one whose columns are all in the file.
    propose
        Instead of checking, write a column mapping for this file, to be completed by hand.
    output
        Where to write the proposed mapping. Left out: standard output.
    save
        Keep the mapping that was used, so that check and send find it by themselves.
    ack
        Where to write the answer that the registry would give in the file's own format: an ACK for each HL7
        message, an OperationOutcome for each FHIR document, else a table in CSV.
    html
        Where to write what was found as a page to read and print, in English and French.
    french
        Speak French; otherwise the language of the terminal (LANG) decides.
    """
    sys.meta_path.insert(0, _NotNeeded())
    must_be_file(file)
    if propose:
        return _propose(file, as_, format_, output)
    folder = state.folder_at(data)
    wanted = Wanted(html, ack)
    wanted.check()
    try:
        reading = read_file(file, as_, format_, mapping, folder)
    except DataRefused as refusal:
        answered = answer_to_refused(refusal, file, format_)
        wanted.write(answered, language(french))
        raise _refused(refusal, answered.acknowledgement, language(french), json=json, fhir=fhir) from None
    if html or ack:
        wanted.write(answer_to(reading, file), language(french))
    _tell(reading, file, language(french), json=json, fhir=fhir)
    if save:
        _save(mapping, folder)
    return 1 if reading.counts.rejected else 0


def must_be_file(file: Path) -> None:
    """Raise ``UsageError`` unless it is one."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder, not a file.", hint="Name one file.")
    if not file.is_file():
        raise UsageError(f"There is no file {file}.", hint="Check the name; one file is checked at a time.")


def read_file(
    file: Path,
    encounter: str | None,
    format_: str | None,
    mapping_file: Path | None,
    folder: state.PartnerFolder,
) -> Reading:
    """Read with the mapping that was named, else a saved one that fits, else none."""
    from vernix.intake.formats import open_source
    from vernix.intake.mapping import Mapping, fitting_best, saved
    from vernix.intake.reading import read_source
    from vernix.intake.recognising import encounter_of

    named = Mapping.load(mapping_file) if mapping_file is not None else None
    kept = saved(folder.mappings) if named is None else []
    source = open_source(file, format_, named, *kept, encounter=encounter)
    mapping = named or fitting_best(kept, source.header, encounter)
    encounter = encounter or (mapping.encounter.name if mapping else encounter_of(source))
    if encounter is None:
        raise _untold(source)
    return read_source(source, encounter, mapping)


def _refused(
    refusal: DataRefused, answer: Acknowledgement, spoken: str, *, json: bool, fhir: bool
) -> DataRefused:
    """What to raise of a refused file, when the document that was asked for has been printed."""
    from vernix.intake.refusals import in_language

    if json or fhir:
        from vernix.partner import check_report as report

        (report.print_outcome if fhir else report.print_refusal)(answer)
    return in_language(refusal, spoken)


def _tell(reading: Reading, file: Path, spoken: str, *, json: bool, fhir: bool) -> None:
    from vernix.partner import check_report as report

    if fhir:
        report.print_outcome(answer_to(reading, file).acknowledgement)
    elif json:
        report.print_document(reading)
    else:
        report.print_report(reading, file, spoken)


def _untold(source: Source) -> UsageError:
    from vernix.births import encounters

    if source.mapping(encounters.get("birth")) is not None:
        # The format says by itself where everything stands; no column can be named otherwise.
        return UsageError(
            "Nothing in this file says which encounter it holds.",
            hint=f"Name the encounter: --as {'|'.join(encounters.names())}. "
            "What is not read is then said place by place.",
        )
    return UsageError(
        "The columns of this file do not say what it holds.",
        hint=f"Name the encounter: --as {'|'.join(encounters.names())}. "
        "If the columns are not called like the dictionary's elements, make a mapping first: "
        "add --propose -o mapping.toml.",
    )


def _propose(file: Path, encounter: str | None, format_: str | None, output: Path | None) -> int:
    from vernix.births import encounters
    from vernix.intake.proposing import propose

    if encounter is None:
        raise UsageError("--propose needs the encounter.", hint=f"Add --as {'|'.join(encounters.names())}.")
    text = propose(file, encounter, format_)
    if output is None:
        sys.stdout.write(text)
        return 0
    if output.exists():
        raise UsageError(f"{output} is there already.", hint="Choose another name; nothing is overwritten.")
    from vernix.custody.durable import write_file

    write_file(output, text.encode("utf-8"))
    say(f"Wrote {output}. Complete what is marked PLEASE, then: vernix check --mapping {output} {file}")
    return 0


def _save(mapping_file: Path | None, folder: state.PartnerFolder) -> None:
    if mapping_file is None:
        raise UsageError("--save keeps the mapping named by --mapping.", hint="Add --mapping FILE.")
    from vernix.courier.keeping import private_folder
    from vernix.custody.durable import write_file

    target = private_folder(folder.mappings) / f"{mapping_file.stem}.toml"
    write_file(target, mapping_file.read_bytes(), private=True)
    say(f"Kept as {target}: check and send use it for files with these columns.")


class _NotNeeded:
    """Answers that there is no pandas and no numpy: where they are installed (for others), pyarrow imports
    both, half of the time of a short check, just to see whether a list is one of theirs.

    Only where this process is ``vernix check``, which has no use for them.
    """

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise for those two, as if they were not installed; know nothing of any other module."""
        if name in ("pandas", "numpy"):
            raise ModuleNotFoundError(name=name)
