"""The file of a standard: read strictly, every fault with its line, written back as it was."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.tomlfile import MOST_BYTES, BadFile
from standards import format
from standards.rules import Method, Version
from tests.standards.made import FILE, changed


def line_of(text: str, part: str, nth: int = 1) -> int:
    """The number of the nth line that holds *part*."""
    found = [number for number, line in enumerate(text.split("\n"), 1) if part in line]
    return found[nth - 1]


def test_a_whole_file_is_read() -> None:
    read = format.read(FILE.encode())
    version = read.version
    assert (version.code, version.total, len(version.criteria)) == ("sample", 10, 4)
    assert version.criteria[0].veto
    assert version.criteria[1].method is Method.BOTH
    assert read.digest == hashlib.sha256(FILE.encode()).hexdigest()


#: What is put in place of what, and then: the line told, by what stands in it, and the field.
FAULTS = [
    ('code = "guide"\n', "", "[[criteria]]", "code"),
    ('code = "desk"', 'code = "guide"', 'code = "guide"', "code"),
    ('code = "desk"', 'code = "Desk 1"', 'code = "Desk 1"', "code"),
    ('figure = "hours.missing"', 'figure = "hours.mising"', "hours.mising", "check.figure"),
    ('figure = "hours.missing"', 'figure = "towns.unoffered"', "towns.uno", "check.figure"),
    ("total = 10", "total = 11", "total = 11", "total"),
    ('comparison = "equals"', 'comparison = "equal"', '"equal"', "check.comparison"),
    ('kinds = ["hall"]', 'kinds = ["hotel"]', '["hotel"]', "kinds[1]"),
    ('kinds = ["hall"]', 'kinds = ["village_clinic"]', '["village_clinic"]', "kinds"),
    ("to = 80", "to = 85", "from = 80", "from"),
    ("from = 60", "from = 61", "from = 61", "from"),
    ("from = 0\nto = 60", "from = 1\nto = 60", "from = 1", "from"),
    ('method = "derived"', 'method = "observed"', "positions.verified", "check"),
    ('chapter = "people"', 'chapter = "peple"', '"peple"', "chapter"),
    ("weight = 4", "weight = 0", "weight = 0", "weight"),
    ("weight = 4", "weight = 4.5", "weight = 4.5", "weight"),
    ("weight = 4", "wieght = 4", "wieght = 4", "wieght"),
    ("value = 0 }", 'value = 0, than = "sites.active" }', "than =", "check"),
    ("value = 1 }", "value = 80 }", "value = 80", "check.value"),
    ("value = 1 }", 'than = "sites.active" }', "than =", "check.than"),
    ('of = ["report"]', 'of = ["rumour"]', "[criteria.source]", "source"),
    ('text = "有咨询台"', 'text = ""', 'text = ""', "text"),
    ("format = 1", "format = 2", "format = 2", "format"),
    ('method = "both"', 'method = "guessed"', '"guessed"', "method"),
]


@pytest.mark.parametrize(("old", "new", "marked", "field"), FAULTS)
def test_each_fault_is_told_with_its_line(old: str, new: str, marked: str, field: str) -> None:
    text = FILE.replace(old, new, 1)
    assert text != FILE
    with pytest.raises(BadFile) as caught:
        format.read(text)
    told = [(problem.line, problem.field) for problem in caught.value.problems]
    assert (line_of(text, marked), field) in told, told


def test_a_veto_without_guidance_is_told() -> None:
    start, end = FILE.index("[criteria.guidance]"), FILE.index("[criteria.source]")
    text = FILE[:start] + FILE[end:]
    with pytest.raises(BadFile) as caught:
        format.read(text)
    (problem,) = caught.value.problems
    assert (problem.where, problem.field) == ("guide", "guidance")
    assert problem.line == line_of(text, "[[criteria]]")


def test_all_faults_are_told_at_once(app: Flask) -> None:
    text = changed("total = 10", "total = 9", changed('chapter = "people"', 'chapter = "x"'))
    with pytest.raises(BadFile) as caught:
        format.read(text)
    assert "第 7 行 total" in str(caught.value)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["total", "", "chapter"]


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff\xfe\x00",
        b"code = ",
        b"a = 1\na = 2\n",
        b"x = " + b"[" * 5000,
        b"#" * (MOST_BYTES + 1),
        b"",
        b"a." * 200 + b"b = 1",
    ],
)
def test_what_is_no_standard_is_refused(sent: bytes) -> None:
    with pytest.raises(BadInput):
        format.read(sent)


def test_gb18030_and_windows_line_ends_are_read() -> None:
    sent = FILE.replace("\n", "\r\n").encode("gb18030")
    assert format.read(sent).digest == format.read(FILE).digest


def test_what_is_not_finished_is_read_as_far_as_it_goes() -> None:
    version, problems = format.draft(changed("total = 10", "total = 11"))
    assert version is not None
    assert [problem.field for problem in problems] == ["total"]
    version, problems = format.draft(changed("weight = 4", 'weight = "four"'))
    assert version is None
    assert [problem.field for problem in problems] == ["weight"]


def test_a_figure_that_is_gone_does_not_matter_to_what_was_published() -> None:
    text = changed('figure = "hours.missing"', 'figure = "gone.since"')
    assert format.kept(text).criteria[1].check is not None


class TestWriting:
    def test_it_is_read_back_as_it_was(self) -> None:
        version = format.read(FILE).version
        assert format.read(format.write(version)).version == version

    def test_writing_what_was_written_changes_nothing(self) -> None:
        text = format.write(format.read(FILE).version)
        assert format.write(format.read(text).version) == text

    @settings(max_examples=200, deadline=None)
    @given(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(
            lambda text: bool(text.strip())
        ),
        st.floats(-1e9, 1e9, allow_nan=False),
    )
    def test_whatever_is_written_in_it(self, words: str, number: float) -> None:
        version = format.read(FILE).version
        criterion = version.criteria[1]
        assert criterion.check is not None
        check = criterion.check.model_copy(update={"value": number})
        odd = criterion.model_copy(update={"text": words.strip(), "check": check})
        changed_version = version.model_copy(
            update={"criteria": (version.criteria[0], odd, *version.criteria[2:])}
        )
        read = format.kept(format.write(changed_version))
        assert read == Version.model_validate(read.model_dump(by_alias=True), strict=False)
        assert read.criteria[1].text == words.strip()
        assert read.criteria[1].check == check


def test_the_questions_of_a_criterion_are_its_words_and_its_figure() -> None:
    version = format.read(FILE).version
    guide, hours = version.criteria[0], version.criteria[1]
    assert guide.asked == guide.model_copy(update={"weight": 1, "veto": False}).asked
    assert guide.asked != guide.model_copy(update={"text": "有两名引导员"}).asked
    assert hours.check is not None
    other = hours.check.model_copy(update={"value": 1.0})
    assert hours.asked != hours.model_copy(update={"check": other}).asked
