from itertools import count
from pathlib import Path

import pytest

from constructs_lib.config.environments import parse_name
from gitops.affected import removals
from gitops.affected.tree import Tree

ACCOUNT = 'kind: account\nid: "111111111111"\nregion: us-east-1\n'
BASE = "kind: ad-hoc-base\naccount: main\n"
APP = "kind: ad-hoc-app\nimage: v1\n"
PRODUCTION = "kind: prod-app\nimage: v1\n"
PRODUCTION_BASE = "kind: prod-base\naccount: main\nregion: eu-central-1\n"
WITH_CONSENT = "destroy_by_comment: true\n"
DECLARED = {
    "accounts/main": ACCOUNT,
    "dev/base": BASE,
    **{f"dev/app{number}": APP for number in range(1, 6)},
    "prod/base": PRODUCTION_BASE,
    "prod/app": PRODUCTION,
}


def tree(root: Path, declared: dict[str, str]) -> Tree:
    for name, text in declared.items():
        file = root / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Tree(root, root)


@pytest.fixture
def judge(tmp_path: Path) -> "Judge":
    return Judge(tmp_path)


class Judge:
    """Judges what a change removes: its texts before and after, against those of DECLARED."""

    def __init__(self, folder: Path) -> None:
        self._folders = (folder / str(number) for number in count())

    def __call__(self, *removed: str, before: dict[str, str] | None = None) -> dict[str, str | None]:
        texts = DECLARED | (before or {})
        folder = next(self._folders)
        old = tree(folder / "old", texts)
        new = tree(folder / "new", {name: text for name, text in texts.items() if name not in removed})
        return {str(found.name): found.refused for found in removals.removed(old, new, {})}


def test_an_app_may_go(judge: Judge) -> None:
    assert judge("dev/app1") == {"dev/app1": None}


def test_as_many_may_go_as_the_base_allows_and_none_when_there_are_more(judge: Judge) -> None:
    assert set(judge("dev/app1", "dev/app2", "dev/app3").values()) == {None}

    refused = judge("dev/app1", "dev/app2", "dev/app3", "dev/app4")

    assert len(refused) == 4
    (reason,) = set(refused.values())
    assert reason == (
        "this change removes 4 apps of dev/base, which allows 3 at once; remove fewer, or raise policy.max_removals of "
        "dev/base in an earlier change"
    )


@pytest.mark.parametrize(("said", "refused"), [("1", True), ("2", False), ("many", True), ("true", True)])
def test_the_limit_is_the_one_before_the_change_however_it_was_written(
    judge: Judge, said: str, *, refused: bool
) -> None:
    removed = ("dev/app1", "dev/app2") if said.isdigit() else ("dev/app1", "dev/app2", "dev/app3", "dev/app4")
    base = f"{BASE}policy: {{max_removals: {said}}}\n"

    reasons = judge(*removed, before={"dev/base": base}).values()

    assert all(reasons) if refused else not any(reasons)


def test_raising_the_limit_in_the_same_change_does_not_help(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", DECLARED)
    raised = f"{BASE}policy: {{max_removals: 9}}\n"
    new = tree(tmp_path / "new", {"accounts/main": ACCOUNT, "dev/base": raised})

    refused = {str(found.name): found.refused for found in removals.removed(old, new, {})}

    assert "allows 3 at once" in str(refused["dev/app1"])


def test_production_goes_only_where_its_file_allowed_it_before(judge: Judge) -> None:
    refused = judge("prod/app", "prod/base")
    assert "it is production" in str(refused["prod/app"])
    assert "it is production" in str(refused["prod/base"])

    allowed = judge("prod/app", "prod/base", before={"prod/app": PRODUCTION + WITH_CONSENT})
    assert allowed["prod/app"] is None
    assert "it is production" in str(allowed["prod/base"])


def test_consent_must_be_true_and_not_just_there(judge: Judge) -> None:
    assert judge("prod/app", before={"prod/app": f"{PRODUCTION}destroy_by_comment: yes\n"})["prod/app"]


def test_a_base_stays_while_apps_stay(judge: Judge) -> None:
    apps = [f"dev/app{number}" for number in range(1, 6)]

    assert judge("dev/base", *apps[:3])["dev/base"] == "apps stay on it: dev/app4, dev/app5; remove these first"
    assert "apps stay on it: dev/app1" in str(judge("dev/base", *apps)["dev/base"]), "five at once are refused"
    allowed = judge("dev/base", *apps, before={"dev/base": f"{BASE}policy: {{max_removals: 5}}\n"})
    assert set(allowed.values()) == {None}


def test_what_is_locked_stays(judge: Judge) -> None:
    locked = judge("dev/app1", before={"dev/app1": f"{APP}lock: {{by: octocat, reason: a demo}}\n"})
    assert locked == {"dev/app1": "it is locked by octocat: a demo; unlock it first"}


def test_an_account_is_not_destroyed_by_a_change(judge: Judge) -> None:
    assert "an administrator can" in str(judge("accounts/main")["accounts/main"])


@pytest.mark.parametrize("text", ["kind: [", "", "- a list\n", "image: v1\n", "kind: 7\n"])
def test_what_cannot_be_read_is_not_destroyed_on_a_guess(judge: Judge, text: str) -> None:
    assert "kind is unknown" in str(judge("dev/app1", before={"dev/app1": text})["dev/app1"])


def test_a_base_that_does_not_tell_its_account_keeps_its_apps(judge: Judge) -> None:
    assert "does not name its account" in str(judge("dev/app1", before={"dev/base": "kind: ad-hoc-base\n"})["dev/app1"])


def test_what_goes_is_found_in_the_region_of_its_base(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", DECLARED)
    new = tree(tmp_path / "new", {"accounts/main": ACCOUNT})

    regions = {str(found.name): found.job and found.job["region"] for found in removals.removed(old, new, {})}

    assert regions["prod/app"] == "eu-central-1"
    assert regions["dev/app1"] == "us-east-1"


def test_a_rename_says_so(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", DECLARED)
    new = tree(tmp_path / "new", {name: text for name, text in DECLARED.items() if name != "dev/app1"})
    former, new_name = parse_name("dev/app1"), parse_name("dev/gamma")

    (found,) = removals.removed(old, new, {former: new_name})

    assert (found.renamed_to, found.reason) == (new_name, "its file was renamed to dev/gamma.yaml")
