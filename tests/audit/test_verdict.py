"""What pip-audit says is judged; its words here are those of real runs of 2.10.1."""

from datetime import date

import pytest

from tests.audit.__main__ import HERE, demanded
from tests.audit.verdict import Answer, Ended, Weakness, acceptances, read, summary

IDNA = '{"name": "idna", "version": "3.20", "vulns": []}'
YARL = '{"name": "yarl", "version": "1.25.1", "vulns": []}'
WEAK_YARL = (
    '{"name": "yarl", "version": "1.25.1", "vulns": [{"id": "CVE-2030-00001", "fix_versions": ["99999.1"], '
    '"aliases": ["GHSA-0000-0000-0000"], "description": "Planted."}]}'
)
SKIPPED_YARL = (
    '{"name": "yarl", "skip_reason": "Dependency not found on PyPI and could not be audited: yarl (1.25.1)"}'
)
HASHES = "WARNING:pip_audit._cli:The --require-hashes flag with --service osv only enforces hash presence\n"
WANTED = {"idna": "3.20", "yarl": "1.25.1"}
WEAKNESS = Weakness("yarl", "1.25.1", "CVE-2030-00001", ("GHSA-0000-0000-0000",), ("99999.1",))
NOBODY = frozenset[str]()
LIST = '[[accepted]]\nid = "CVE-2030-00001"\nreason = "Servers only."\nuntil = 2030-06-30\n'


def said(*rows: str, code: int = 0, err: str = HASHES) -> Ended:
    return Ended(code, f'{{"dependencies": [{", ".join(rows)}], "fixes": []}}\n', err)


def test_a_weakness_is_read_with_all_its_names() -> None:
    answer = read(said(IDNA, WEAK_YARL, code=1), WANTED)
    assert answer == Answer((WEAKNESS,))
    assert str(WEAKNESS) == "yarl 1.25.1: CVE-2030-00001 (GHSA-0000-0000-0000), fixed in 99999.1."


def test_a_weakness_without_a_cure_is_told_so() -> None:
    assert str(Weakness("a", "1", "PYSEC-1")) == "a 1: PYSEC-1, no fixed version is known."


def test_none_is_none_where_every_package_was_held() -> None:
    assert read(said(IDNA, YARL), WANTED) == Answer()


@pytest.mark.parametrize(
    ("ended", "doubt"),
    [
        (said(IDNA, SKIPPED_YARL), "yarl 1.25.1 not held"),
        (said(IDNA), "yarl 1.25.1 not held"),
        (said(IDNA, YARL.replace("1.25.1", "1.25.2")), "yarl 1.25.1 not held"),
        (said(IDNA, '{"name": "yarl"}'), "yarl 1.25.1 not held"),
        (said(IDNA, YARL.replace("}", ', "skip_reason": "?"}')), "yarl 1.25.1 not held"),
        (said(), "idna 3.20 and 1 more not held"),
        (said(IDNA, YARL, code=1), "the tool ended with 1"),
        (said(IDNA, WEAK_YARL, code=0), "the tool ended with 0"),
        (
            said(
                IDNA,
                YARL,
                err=f"{HASHES}WARNING:pip_audit._service.osv:Unsupported OSV schema version: 2.0.0\n",
            ),
            "an entry that the tool cannot read",
        ),
        (Ended(0, "", "No known vulnerabilities found\n"), "the tool broke off with 0"),
        (Ended(0, "[]", ""), "the tool broke off with 0"),
        (Ended(1, said(IDNA, YARL).out[:-9], ""), "the tool broke off with 1"),
        (Ended(-9, "", ""), "the tool broke off with -9"),
        (Ended(None), "no answer in time"),
        (
            Ended(
                1, "", "    raise ServiceError from http_error\npip_audit._service.interface.ServiceError\n"
            ),
            "the tool broke off with ServiceError",
        ),
        (
            Ended(
                1, "", "requests.exceptions.ConnectionError: HTTPConnectionPool(host='127.0.0.1', port=1)\n"
            ),
            "the tool broke off with ConnectionError",
        ),
    ],
)
def test_what_is_no_whole_audit_is_never_taken_for_one(ended: Ended, doubt: str) -> None:
    assert read(ended, WANTED).doubt == doubt


def test_a_weakness_counts_although_another_package_was_skipped() -> None:
    answer = read(said(SKIPPED_YARL.replace("yarl", "idna"), WEAK_YARL, code=1), WANTED)
    lines, code = summary({"PyPI": answer}, NOBODY, 2, "today", required=False)
    assert (lines[0], code) == (f"Weak: {WEAKNESS}", 1)
    assert lines[1] == "1 known weakness by PyPI, today. The audit is not whole: idna 3.20 not held."


def test_none_is_said_with_how_many_against_what_and_when() -> None:
    lines = ["No known weakness in 2 packages, held against OSV, 2030-01-02 03:04 UTC."]
    answers = {"PyPI": Answer(doubt="no answer in time"), "OSV": Answer()}
    assert summary(answers, NOBODY, 2, "2030-01-02 03:04 UTC", required=True) == (lines, 0)


@pytest.mark.parametrize(("required", "code"), [(False, 0), (True, 1)])
def test_where_nobody_answers_that_is_said_and_fails_on_demand(required: bool, code: int) -> None:
    answers = {"PyPI": Answer(doubt="no answer in time"), "OSV": Answer(doubt="the tool broke off with X")}
    lines, ended = summary(answers, NOBODY, 2, "today", required=required)
    assert ended == code
    assert len(lines) == 1
    assert lines[0].startswith("NOT AUDITED: no database of known weaknesses gave a whole answer (PyPI: no")
    assert "; OSV: the tool broke off with X)" in lines[0]


@pytest.mark.parametrize("name", ["CVE-2030-00001", "GHSA-0000-0000-0000"])
def test_an_accepted_weakness_is_shown_and_does_not_fail(name: str) -> None:
    lines, code = summary({"PyPI": Answer((WEAKNESS,))}, frozenset({name}), 2, "today", required=True)
    assert lines[0] == f"Accepted: {WEAKNESS}"
    assert lines[1] == "No other known weakness in 2 packages, held against PyPI, today."
    assert code == 0


def test_an_accepted_weakness_does_not_make_half_an_audit_whole() -> None:
    half = Answer((WEAKNESS,), "idna 3.20 not held")
    lines, code = summary({"OSV": half}, frozenset({WEAKNESS.id}), 2, "today", required=True)
    assert lines[1].startswith("NOT AUDITED: ")
    assert code == 1


def test_an_acceptance_counts_until_its_day_and_then_fails() -> None:
    assert acceptances(LIST, date(2030, 6, 30)) == {"CVE-2030-00001"}
    with pytest.raises(ValueError, match="CVE-2030-00001 was accepted until 2030-06-30 only"):
        acceptances(LIST, date(2030, 7, 1))


@pytest.mark.parametrize("line", LIST.splitlines()[1:])
def test_an_acceptance_needs_its_name_its_reason_and_its_day(line: str) -> None:
    with pytest.raises(ValueError, match="missing required field"):
        acceptances(LIST.replace(line, ""), date(2030, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        LIST.replace("Servers only.", ""),
        LIST.replace("[[accepted]]", "[[acepted]]"),
        f"{LIST}for = 1",
        "id = ",
    ],
)
def test_a_damaged_list_of_acceptances_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        acceptances(text, date(2030, 1, 1))


def test_the_list_of_acceptances_of_today_can_be_read() -> None:
    assert acceptances((HERE / "accepted.toml").read_text(encoding="utf-8"), date(2026, 1, 1)) == {
        "CVE-2025-71176"
    }


@pytest.mark.parametrize(
    ("value", "wanted"), [(None, False), ("", False), ("0", False), ("1", True), ("yes", True)]
)
def test_an_audit_is_demanded_by_any_word_but_no(value: str | None, wanted: bool) -> None:
    assert demanded({} if value is None else {"KRAKENTUI_REQUIRE_AUDIT": value}) is wanted
