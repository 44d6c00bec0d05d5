"""`gitops validate`, on trees of its own."""

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from gitops.commands.validate import OutputFormat, validate
from gitops.errors import UserError
from tests.sample import ENVIRONMENTS

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "environments"
TODAY = date(2026, 11, 23)
PAST = "past-expiry-is-a-warning"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of a tree whose dev/alpha is past its expiry, below the working directory."""
    shutil.copytree(FIXTURES / "valid" / PAST / "environments", tmp_path / "environments")
    monkeypatch.chdir(tmp_path)
    return Path("environments")


def run(folder: Path, *paths: str, base: str | None = None, output_format: OutputFormat = "text") -> int:
    return validate(folder=folder, paths=paths, base=base, output_format=output_format, issue=False, today=TODAY)


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def test_valid_declarations_pass_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FIXTURES / "valid" / "one-app" / "environments") == 0

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "3 environments checked: 0 errors, 0 warnings\n"


def test_warnings_are_printed_and_pass(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(copied) == 0

    output = capsys.readouterr()
    assert output.out == (
        "environments/dev/alpha.yaml:2:10: warning: expires: 2026-11-22 was 1 day ago;"
        " remove the file, or choose a day up to 2026-12-07\n"
    )
    assert output.err == "4 environments checked: 0 errors, 1 warning\n"


def test_errors_are_printed_sorted_and_fail(capsys: pytest.CaptureFixture[str]) -> None:
    case = FIXTURES / "invalid" / "many-errors-in-many-files"

    assert run(case / "environments") == 1
    output = capsys.readouterr()
    assert output.out == (case / "expected.txt").read_text(encoding="utf-8")
    assert output.out.splitlines() == sorted(output.out.splitlines())
    assert output.err == "6 environments checked, 6 of them cannot be deployed: 7 errors, 0 warnings\n"


@pytest.mark.parametrize("path", ["environments/dev/alpha.yaml", "dev/alpha"])
def test_past_expiry_of_a_file_that_is_named_fails(copied: Path, path: str) -> None:
    assert run(copied, path) == 1
    assert run(copied, "dev/beta") == 0


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("dev/gamma", "dev/gamma: the file environments/dev/gamma.yaml does not exist"),
        ("README.md", "'README.md' names no environment: write FOLDER/NAME"),
        ("-x", "'-x' names no environment"),
    ],
)
def test_path_that_names_no_declaration_is_refused(copied: Path, path: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        run(copied, path)


def test_past_expiry_of_a_file_that_changed_fails(copied: Path) -> None:
    git("init")
    git("add", ".")
    git("commit", "--message", "one")
    assert run(copied, base="HEAD") == 0

    with (copied / "dev" / "alpha.yaml").open("a") as file:
        file.write("# changed\n")
    assert run(copied, base="HEAD") == 1
    git("commit", "--all", "--message", "two")
    assert run(copied, base="HEAD~1") == 1
    assert run(copied, base="HEAD") == 0


def test_past_expiry_of_a_new_file_fails_before_it_is_committed(copied: Path) -> None:
    alpha = copied / "dev" / "alpha.yaml"
    content = alpha.read_text()
    alpha.unlink()
    git("init")
    git("add", ".")
    git("commit", "--message", "one")

    alpha.write_text(content)
    assert run(copied, base="HEAD") == 1


def test_files_that_changed_on_the_other_branch_alone_do_not_count(copied: Path) -> None:
    git("init")
    git("add", ".")
    git("commit", "--message", "one")
    git("branch", "topic")
    with (copied / "dev" / "alpha.yaml").open("a") as file:
        file.write("# changed\n")
    git("commit", "--all", "--message", "two")
    git("checkout", "topic")

    assert run(copied, base="main") == 0


@pytest.mark.parametrize("revision", ["nowhere", "--output=pwned", "HEAD^{tree}", "", "a b"])
def test_revision_that_git_does_not_know_is_refused(copied: Path, revision: str) -> None:
    git("init")
    git("commit", "--allow-empty", "--message", "one")

    with pytest.raises(UserError, match="cannot be read"):
        run(copied, base=revision)
    assert sorted(path.name for path in Path().iterdir()) == [".git", "environments"]


def test_folder_outside_of_git_is_refused(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(Path.cwd().parent))

    with pytest.raises(UserError, match="not a git repository"):
        run(copied, base="HEAD")


def test_missing_git_is_said(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(UserError, match=r"HEAD.* git is not installed"):
        run(copied, base="HEAD")


def test_github_format_makes_annotations_on_the_line(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "dev" / "beta.yaml").write_text('kind: ad-hoc-app\nexpires: "100%\\r\\n,:"\n')

    assert run(copied, output_format="github") == 1
    assert capsys.readouterr().out == (
        "::warning file=environments/dev/alpha.yaml,line=2,col=10,title=expires::2026-11-22 was 1 day ago;"
        " remove the file, or choose a day up to 2026-12-07\n"
        "::error file=environments/dev/beta.yaml,line=2,col=10,title=expires::must be a day as YYYY-MM-DD,"
        ' such as 2026-12-15, not "100%25\\r\\n,:"\n'
    )


def test_github_format_cannot_be_broken_out_of(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "dev" / "x,line=9::\n::set-env name=A::b%.yaml").touch()

    run(copied, output_format="github")
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith(
        r"::error file=environments/dev/x%2Cline=9%3A%3A\n%3A%3Aset-env name=A%3A%3Ab%25.yaml,line=1,"
    )


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that GitHub shows as the summary of the job."""
    file = tmp_path / "summary.md"
    file.touch()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


def break_apps(folder: Path, count: int) -> list[str]:
    """Declare apps whose owner is wrong; return their paths."""
    files = [folder / "dev" / f"app-{number:02}.yaml" for number in range(count)]
    for file in files:
        file.write_text("kind: ad-hoc-app\nowner: [1]\n")
    return [file.as_posix() for file in files]


def annotated(output: str, severity: str) -> list[str]:
    """Return the files of the annotations of a severity that GitHub shows: the first ten of a step."""
    lines = [line for line in output.splitlines() if line.startswith(f"::{severity} ")]
    return [line.partition("file=")[2].partition(",")[0] for line in lines[:10]]


@pytest.mark.usefixtures("summary")
def test_annotations_of_changed_files_come_first(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = break_apps(copied, 12)
    git("init")
    git("add", "environments")
    git("commit", "--message", "one")
    (copied / "dev" / "zeta.yaml").write_text("kind: ad-hoc-app\nowner: [2]\n")

    assert run(copied, base="HEAD", output_format="github") == 1
    output = capsys.readouterr().out
    shown = annotated(output, "error")
    assert shown[0] == "environments/dev/zeta.yaml"
    assert all(f"file={path}," in output for path in old)  # the log has all of them


def test_the_summary_lists_what_github_does_not_show(
    copied: Path, summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = break_apps(copied, 12)

    run(copied, output_format="github")
    output = capsys.readouterr()
    text = summary.read_text()
    assert len(set(annotated(output.out, "error"))) <= 10
    assert all(path in text for path in paths)
    assert "environments/dev/alpha.yaml:2:10: warning: expires" in text
    assert "the summary of the job lists all" in output.err
    summary.write_text("")
    run(copied)
    assert summary.read_text() == ""


def test_there_is_no_summary_while_annotations_show_all(copied: Path, summary: Path) -> None:
    break_apps(copied, 1)

    assert run(copied, output_format="github") == 1
    assert summary.read_text() == ""


def test_a_summary_is_within_the_limit_of_github(copied: Path, summary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_apps(copied, 12)
    monkeypatch.setattr("gitops.github.actions.SUMMARY_BYTES", 6_000)

    run(copied, output_format="github")
    text = summary.read_text()
    assert len(text.encode()) <= 6_000
    assert "(shortened; the log has the rest)\n```\n" in text


def test_github_format_is_empty_where_there_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    run(FIXTURES / "valid" / "one-app" / "environments", output_format="github")

    assert capsys.readouterr().out == ""


def test_json_format_is_a_list_of_problems(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(copied, output_format="json") == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "path": "environments/dev/alpha.yaml",
            "line": 2,
            "column": 10,
            "field": "expires",
            "message": "2026-11-22 was 1 day ago; remove the file, or choose a day up to 2026-12-07",
            "severity": "warning",
        }
    ]
    (copied / "dev" / "alpha.yaml").unlink()
    run(copied, output_format="json")
    assert json.loads(capsys.readouterr().out) == []


def test_the_command_imports_nothing_slow() -> None:
    code = (
        "import sys, datetime, pathlib; from gitops.commands.validate import validate;"
        f"validate(folder=pathlib.Path({str(ENVIRONMENTS)!r}), paths=(), base=None, output_format='text', issue=False,"
        " today=datetime.date(2026, 11, 23));"
        "print(sorted({'aws_cdk', 'jsii', 'constructs', 'boto3', 'botocore', 'rich', 'ministack'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("case", sorted(path.name for path in (FIXTURES / "invalid").iterdir()))
def test_bad_input_gives_messages_and_no_traceback(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FIXTURES / "invalid" / case / "environments") == 1

    output = capsys.readouterr()
    assert output.out == (FIXTURES / "invalid" / case / "expected.txt").read_text(encoding="utf-8")
    assert "Traceback" not in output.err


def test_bad_files_that_cannot_be_fixtures_give_messages_and_no_traceback(
    copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copied / "dev" / "nul.yaml").write_bytes(b"kind: \x00")
    (copied / "dev" / "latin1.yaml").write_bytes(b"owner: caf\xe9")
    with (copied / "dev" / "large.yaml").open("wb") as stream:
        stream.truncate(5_000_000)
    (tmp_path / "outside.yaml").touch()
    (copied / "dev" / "link.yaml").symlink_to(tmp_path / "outside.yaml")

    assert run(copied) == 1
    output = capsys.readouterr()
    assert [line.split(":")[0] for line in output.out.splitlines()] == [
        "environments/dev/alpha.yaml",
        "environments/dev/large.yaml",
        "environments/dev/latin1.yaml",
        "environments/dev/link.yaml",
        "environments/dev/nul.yaml",
    ]
    assert "Traceback" not in output.err


OWNERS = "* @example/platform\n/environments/ @example/developers\n/environments/*/base.yaml @example/platform\n"


@pytest.mark.parametrize(
    ("added", "errors"), [("", 2), ("/environments/prod/ @example/production\n", 0), ("/environments/prod/\n", 2)]
)
def test_production_that_developers_own_is_an_error(
    added: str, errors: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(FIXTURES / "valid" / "every-field" / "environments", tmp_path / "environments")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").write_text(OWNERS + added)

    assert run(tmp_path / "environments") == (1 if errors else 0)
    output = capsys.readouterr().out.splitlines()
    found = [line for line in output if "is production, but .github/CODEOWNERS" in line]
    assert len(found) == errors
    assert all("/environments/prod/ and the owners of production" in line for line in found)
