"""What the catalogue says of procedures fits together, and what does not is refused when it is read."""

import shutil
from datetime import timedelta

import pytest
from credit_records.calendar import today
from credit_records.casework.procedures import procedure, procedure_names
from credit_records.casework.states import ACCEPTED, OVER, STATE_TITLES, SUBMITTED
from credit_records.catalogue import CatalogueError, catalogue, read_catalogue
from credit_records.catalogue.loading import FOLDER

POLICIES = catalogue().policies
VERSIONS = [(name, version.effective_from) for name in ("repair", "objection") for version in POLICIES[name].versions]


def test_there_are_two_procedures():
    assert procedure_names() == ["objection", "repair"]
    with pytest.raises(KeyError):
        procedure("timeliness", today())


@pytest.mark.parametrize(("name", "day"), VERSIONS)
def test_each_version_says_by_when_and_by_whom_and_asks_whom_to_answer(name, day):
    found = procedure(name, day)
    limits = [found.deadline(state) for state in (SUBMITTED, ACCEPTED)]
    assert all(limit is not None and limit.unit == "working_days" for limit in limits)
    assert {"email", "mobile"} <= {question.type for question in found.questions}
    assert found.deciders
    assert found.confirmers
    assert all(found.state_title(state) and found.state_title(state, "en") for state in STATE_TITLES)
    assert len({found.state_title(state) for state in OVER}) == len(OVER)
    assert found.step(found.steps[0].name) == found.steps[0]
    assert found.step("nothing") is None


def test_a_draft_follows_the_rules_of_the_day_and_both_versions_have_their_own_papers():
    repair = POLICIES["repair"]
    change = repair.versions[1].effective_from
    old, new = procedure("repair", change - timedelta(days=1)), procedure("repair", change)
    assert "第58号" in old.version.source
    assert "第36号" in new.version.source
    assert [paper.name for paper in old.papers if paper.required] == ["proof", "letter", "authorisation"]
    assert [paper.name for paper in new.papers if paper.required] == ["proof", "letter"]
    assert old.deadline(ACCEPTED).extension_days == 0
    assert new.deadline(ACCEPTED).extension_days == 10


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('name = "mobile"', 'name = "agent_name"', "stands twice"),
        ('type = "mobile"', 'type = "telephone"', "type"),
        ('type = "mobile"', 'type = "choice"', "choices"),
        ('deciders = ["clerk", "reviewer"]', 'deciders = ["auditor"]', "deciders"),
        ('limits = "accepted"', 'limits = "accepted"\nunit = "days"', "working days"),
        ('limits = "accepted"', 'limits = "submitted"', "stands twice"),
        ('{ name = "repair", title', '{ name = "forgive", title', "effects"),
        ('name = "letter"', 'name = "proof"', "stands twice"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_place(tmp_path, before, after, told):
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    path = folder / "policies" / "repair.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(CatalogueError, match=f"repair.toml(.|\n)*{told}"):
        read_catalogue(folder)
