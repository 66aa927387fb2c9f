"""The services file: the shipped one holds together, and a broken one is told as broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import tomlfile
from core.catalogue import importer
from core.catalogue.importer import SHIPPED, BadServices, Read
from core.catalogue.rules import Entry, Fact, SourceKind, Standing
from core.errors import BadInput
from core.sites.rules import Kind, Mode

GOOD = SHIPPED.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shipped() -> Read:
    return importer.read()


@pytest.fixture(scope="module")
def by_code(shipped: Read) -> dict[str, Entry]:
    return {entry.code: entry for entry in shipped.entries}


def refused(old: str, new: str) -> BadServices:
    """What is said of the shipped file after its first *old* has become *new*."""
    assert old in GOOD
    with pytest.raises(BadServices) as caught:
        importer.read(GOOD.replace(old, new, 1).encode())
    return caught.value


class TestShippedFile:
    def test_has_the_21_devolved_services_in_order(self, shipped: Read) -> None:
        assert len(shipped.entries) == len({entry.code for entry in shipped.entries}) == 21
        assert all(entry.devolved for entry in shipped.entries)
        positions = [entry.position for entry in shipped.entries]
        assert positions == sorted(set(positions))

    def test_names_a_source_for_every_fact_that_says_something(self, shipped: Read) -> None:
        for entry in shipped.entries:
            assert set(entry.sources) == entry.facts.stated(), entry.name

    def test_marks_as_article_what_the_article_names_and_only_that(self, shipped: Read) -> None:
        named = {
            entry.name
            for entry in shipped.entries
            if entry.sources[Fact.DEVOLVED].kind is SourceKind.ARTICLE
        }
        assert named == {
            "职工参保登记",
            "城乡居民参保登记",
            "参保人员参保信息查询",
            "异地安置退休人员备案",
            "异地长期居住人员备案",
            "常驻异地工作人员备案",
            "异地转诊人员备案",
        }

    def test_every_proposed_fact_says_on_what_it_rests(self, shipped: Read) -> None:
        proposed = [
            source
            for entry in shipped.entries
            for source in entry.sources.values()
            if source.kind is SourceKind.PROPOSED
        ]
        assert proposed
        assert all(source.note and source.note_en for source in proposed)

    def test_no_document_source_rests_on_hearsay_alone(self, shipped: Read) -> None:
        for entry in shipped.entries:
            for fact, source in entry.sources.items():
                standings = {document.standing for document in source.documents}
                if source.kind is SourceKind.DOCUMENT:
                    assert standings - {Standing.HEARSAY, Standing.ARTICLE}, (entry.name, fact)

    def test_promises_only_what_the_article_or_a_shandong_source_promises(
        self, shipped: Read
    ) -> None:
        promised = {
            entry.name: entry.facts.promised
            for entry in shipped.entries
            if entry.facts.promised != "unknown"
        }
        assert promised == {"门诊慢特病病种待遇认定": "immediate", "城乡居民参保登记": "immediate"}

    @pytest.mark.parametrize(
        ("name", "limit"),
        [
            ("职工参保登记", 5),
            ("城乡居民参保登记", "immediate"),
            ("参保人员个人账户一次性支取", 5),
            ("转移接续手续办理", 15),
            ("异地长期居住人员备案", "immediate"),
            ("门诊慢特病病种待遇认定", 20),
            ("门诊费用报销", 30),
            ("住院费用报销", 30),
            ("生育津贴支付", 20),
            ("救助对象参加居民医保个人缴费补贴", "unknown"),
            ("医疗救助对象手工（零星）报销", 30),
        ],
    )
    def test_statutory_limits(self, shipped: Read, name: str, limit: int | str) -> None:
        (entry,) = [entry for entry in shipped.entries if entry.name == name]
        assert entry.facts.statutory == limit

    def test_limits_agree_with_the_published_classes(self, shipped: Read) -> None:
        """Of the national 28, twelve are immediate, nine take 5 to 20 days and five up to 30."""
        limits = [entry.facts.statutory for entry in shipped.entries]
        assert set(limits) == {"immediate", "unknown", 5, 15, 20, 30}
        assert limits.count("immediate") <= 12
        assert limits.count(30) == 3

    def test_everything_has_an_english_text(self, shipped: Read) -> None:
        for entry in shipped.entries:
            facts = entry.facts
            assert entry.name_en
            assert entry.group_en
            assert all(material.name_en for material in facts.materials)
            assert all(step.name_en for step in facts.steps)
            assert all(pledge.text_en for pledge in facts.standard)
            assert all(note.text_en for note in facts.notes)
            assert all(way.how_en for way in facts.online)
            assert all(bool(part.note) == bool(part.note_en) for part in facts.materials)

    def test_a_revision_of_2022_is_noted_on_the_four_registrations(
        self, by_code: dict[str, Entry]
    ) -> None:
        for number in range(1, 5):
            notes = by_code[f"00203600400{number}"].facts.notes
            titles = {document.title for note in notes for document in note.documents}
            assert any("医保发〔2022〕22号" in title for title in titles)

    def test_registering_a_referral_needs_neither_paper_nor_coming(
        self, by_code: dict[str, Entry]
    ) -> None:
        referral = by_code["002036004004"]
        assert referral.facts.materials == ()
        assert {way.by for way in referral.facts.online} == {"phone", "website"}
        assert referral.sources[Fact.ONLINE].kind is SourceKind.ARTICLE

    def test_more_than_four_materials_are_a_warning(self, shipped: Read) -> None:
        many = {entry.code for entry in shipped.entries if len(entry.facts.materials) > 4}
        assert many
        assert {warning.where for warning in shipped.warnings} == many

    def test_speaks_of_the_kinds_and_modes_that_sites_have(self, shipped: Read) -> None:
        for entry in shipped.entries:
            assert entry.facts.modes is not None
            assert set(entry.facts.modes.at) <= set(Kind)
            assert {entry.facts.modes.of(kind) for kind in Kind} <= set(Mode)


class TestBrokenFile:
    def test_a_missing_source_is_told_with_code_field_and_line(self) -> None:
        fault = refused('statutory = { kind = "document", of = ["jiujiang"] }\n', "")
        (problem,) = fault.problems
        assert (problem.where, problem.field) == ("002036001002", "sources.statutory")
        assert problem.line == GOOD.split("\n").index("[[services]]") + 1
        assert "缺少来源" in str(fault)
        assert "002036001002" in str(fault)

    def test_an_unknown_limit_has_no_source(self) -> None:
        fault = refused("statutory = 5\n", 'statutory = "unknown"\n')
        assert [problem.field for problem in fault.problems] == ["sources.statutory"]

    def test_a_doubled_code_is_told_at_both_places(self) -> None:
        fault = refused('code = "002036001003"', 'code = "002036001002"')
        assert [problem.field for problem in fault.problems] == ["code", "code"]
        assert len({problem.line for problem in fault.problems}) == 2

    @pytest.mark.parametrize(
        ("old", "new", "field", "words"),
        [
            ('["window", "website", "app"]', '["window", "fax"]', "channels[2]", "miniprogram"),
            ('["window", "website", "app"]', '["app", "website", "app"]', "channels", "重复"),
            ('["window", "website", "app"]', '["website"]', "online[2].by", "没有这一种"),
            ('["window", "website", "app"]', '["fax"]', "channels[1]", "miniprogram"),
            ('["window", "website", "app"]', "[]", "channels", "不能为空"),
            ('by = "website"', 'by = "window"', "online[1].by", "需要到场"),
            ('code = "002036001003"', "code = 2036001003", "code", "引号"),
            ('code = "002036001003"', 'code = "2036001003"', "code", "六位数字"),
            ('code = "002036001003"', 'code = "00203600100３"', "code", "六位数字"),
            ('group = "enrolment"', 'group = "enrollment"', "group", "enrollment"),
            ("position = 10\n", 'position = "10"\n', "position", "整数"),
            ("position = 10\n", "", "position", "缺少"),
            ("devolved = true\n", "devolved = 1\n", "devolved", "true"),
            ("devolved = true\n", "devolved = true\nfee = 0\n", "fee", "拼写"),
            ("statutory = 5\n", 'statutory = "soon"\n', "statutory", "365"),
            ("statutory = 5\n", "statutory = 0\n", "statutory", "365"),
            ("statutory = 5\n", "statutory = true\n", "statutory", "365"),
            ('promised = "immediate"', "promised = 3", "promised", "长于"),
            ('name = "职工参保登记"', 'name = "职工\\u0000登记"', "name", "控制字符"),
            ('name = "职工参保登记"', f'name = "{"长" * 101}"', "name", "100"),
            ('usual = "assisted"', 'usual = "sometimes"', "modes.usual", "direct"),
            ("designated_provider =", "hospital =", "modes.at.hospital", "village_clinic"),
        ],
    )
    def test_one_wrong_field(self, old: str, new: str, field: str, words: str) -> None:
        (problem,) = refused(old, new).problems
        assert problem.field == field
        assert problem.line is not None
        assert words in str(problem)

    @pytest.mark.parametrize(
        ("source", "words"),
        [
            ('{ kind = "document", of = ["nowhere"] }', "nowhere"),
            ('{ kind = "document", of = ["weihai"] }', "足以为据"),
            ('{ kind = "document", of = ["heyuan"] }', "足以为据"),
            ('{ kind = "document" }', "足以为据"),
            ('{ kind = "article", of = ["jiujiang"] }', "文章"),
            ('{ kind = "proposed" }', "note"),
            ('{ kind = "somebody" }', "proposed"),
        ],
    )
    def test_a_source_that_does_not_carry_its_kind(self, source: str, words: str) -> None:
        good = 'statutory = { kind = "document", of = ["jiujiang"] }'
        (problem,) = refused(good, f"statutory = {source}").problems
        assert problem.field.startswith("sources.statutory")
        assert words in str(problem)

    def test_a_common_source_cannot_make_anything_look_official(self) -> None:
        fault = refused(
            'group = { kind = "proposed",', 'group = { kind = "document", of = ["benxi"],'
        )
        assert [problem.field for problem in fault.problems] == ["common.sources.group"]

    def test_all_faults_are_told_at_once_but_not_without_end(self) -> None:
        with pytest.raises(BadServices) as caught:
            importer.read(GOOD.replace("position = ", "place = ").encode())
        assert len(caught.value.problems) == 42
        with pytest.raises(BadServices) as caught:
            importer.read(GOOD.replace("name = ", "title = ").encode())
        assert len(caught.value.problems) > tomlfile.MOST_TOLD
        assert len(str(caught.value).split("\n")) == tomlfile.MOST_TOLD + 1

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"code,name\n1,2\n",
            b'{"services": []}',
            b"services = 1\n",
            b"services = [1, 2]\n[groups.a]\nname = 'b'\n",
            b"\xff\x00\x01" * 300_000,
            b"x" * 1_000_000,
            b"a = " + b"[" * 1_000_000,
            b"a = " + b"1" * 6000,
            b"a" + b".a" * 400_000 + b" = 1",
            b"#" * (tomlfile.MOST_BYTES + 1),
            GOOD.encode("utf-16"),
        ],
        ids=lambda data: f"{len(data)} bytes of {data[:8]!r}",
    )
    def test_what_is_no_services_file(self, data: bytes) -> None:
        with pytest.raises(BadInput) as caught:
            importer.read(data)
        assert str(caught.value)

    @pytest.mark.parametrize(
        "data",
        [GOOD.encode("utf-8-sig"), GOOD.encode("gb18030"), GOOD.replace("\n", "\r\n").encode()],
        ids=["byte order mark", "GB18030", "Windows line ends"],
    )
    def test_other_ways_of_writing_the_same(self, data: bytes, shipped: Read) -> None:
        assert importer.read(data) == shipped

    def test_a_path_is_read_like_its_bytes(self, tmp_path: Path, shipped: Read) -> None:
        path = tmp_path / "services.toml"
        path.write_bytes(GOOD.encode())
        assert importer.read(path) == shipped
