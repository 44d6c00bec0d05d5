"""The direction of imports: the contracts in pyproject.toml, and the rule for parts of the library."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "constructs_lib"

CONSTRUCTS = {"account", "ad_hoc_base", "ad_hoc_app", "prod_base", "prod_app"}
"""What app.py builds; each is a table of contents over parts."""

ASSEMBLIES = {
    "base_interface",
    "observability.observability",
    "release.jobs",
    "release.post_release",
    "release.release",
    "services.application",
    "services.services",
}
"""Parts made of parts."""

FOUNDATION = {
    "access.role_path",
    "acknowledge",
    "data.composed_secret",
    "data.retention",
    "feature_flags",
    "network.ports",
    "observability.alarm",
    "observability.log_group",
    "observability.metrics",
    "services.scalable_tasks",
    "stack",
}
"""What any construct may use."""

IN_THE_CLOUD = (LIBRARY / "data" / "functions", LIBRARY / "release" / "functions")
"""Code of Lambda functions: it runs elsewhere and imports nothing of ours."""


def module_of(path: Path) -> str:
    """Return the dotted name of a file of the library, below constructs_lib."""
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts)


LIBRARY_FILES = [
    path
    for path in sorted(LIBRARY.rglob("*.py"))
    if path.stem != "__init__" and LIBRARY / "config" not in path.parents and not set(IN_THE_CLOUD) & set(path.parents)
]

PARTS = {module_of(path) for path in LIBRARY_FILES} - CONSTRUCTS - ASSEMBLIES - FOUNDATION


def imported_modules(path: Path) -> set[str]:
    """Return the full names of the modules that a file imports, anywhere in it."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def names_used_as_values(path: Path, modules: set[str]) -> set[str]:
    """Return the names that a file imports from `modules` and uses other than in an annotation."""
    tree = ast.parse(path.read_text())
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in modules
        for alias in node.names
    }
    annotations = [
        annotation
        for node in ast.walk(tree)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if annotation is not None
    ]
    in_annotations = {id(name) for annotation in annotations for name in ast.walk(annotation)}
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in imported and id(node) not in in_annotations
    }


@pytest.mark.parametrize("part", sorted(PARTS))
def test_parts_import_each_other_only_to_name_a_type(part: str) -> None:
    others = {f"constructs_lib.{other}" for other in (PARTS | ASSEMBLIES | CONSTRUCTS) - {part}}
    assert names_used_as_values(LIBRARY / f"{part.replace('.', '/')}.py", others) == set()


def test_the_lists_above_name_files_that_exist() -> None:
    assert {module_of(path) for path in LIBRARY_FILES} >= CONSTRUCTS | ASSEMBLIES | FOUNDATION


@pytest.mark.parametrize(
    "path", sorted(file for folder in IN_THE_CLOUD for file in folder.rglob("*.py")), ids=lambda path: path.parent.name
)
def test_functions_in_the_cloud_import_nothing_of_ours(path: Path) -> None:
    imported = {module.split(".")[0] for module in imported_modules(path)}
    assert imported.isdisjoint({"constructs_lib", "gitops", "local_aws", "app"})


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of pyproject.toml on the packages in `root`."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", ROOT / "pyproject.toml"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_run_one_way() -> None:
    checked = lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout


PLANTED = {
    "gitops/aws/ecr.py": "gitops.plan.document",
    "gitops/git/process.py": "gitops.github.model",
    "gitops/deploy/deployment.py": "gitops.commands.deploy",
    "gitops/chatops/event.py": "local_aws.settings",
    "gitops/cdk/assembly.py": "aws_cdk",
    "gitops/cost/prices.py": "boto3",
    "constructs_lib/config/model.py": "gitops.checkout",
    "local_aws/settings.py": "gitops.errors",
}
"""Imports that break a contract, each with the file that it is planted in."""


def test_every_planted_import_breaks_a_contract(tmp_path: Path) -> None:
    for package in ("constructs_lib", "gitops", "local_aws"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for path, imported in PLANTED.items():
        with (tmp_path / path).open("a") as file:
            file.write(f"\nimport {imported}\n")

    checked = lint_imports(tmp_path)

    assert checked.returncode == 1, checked.stdout + checked.stderr
    missed = [
        path
        for path, imported in PLANTED.items()
        if f"{path.removesuffix('.py').replace('/', '.')} -> {imported}" not in checked.stdout
    ]
    assert missed == []


def test_app_py_is_a_table_of_contents() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) < 60


def test_a_part_that_builds_another_part_is_found(tmp_path: Path) -> None:
    path = tmp_path / "part.py"
    path.write_text(
        "from constructs_lib.data.cache import Cache\n\ndef build(cache: Cache) -> Cache:\n    return Cache()\n"
    )
    assert names_used_as_values(path, {"constructs_lib.data.cache"}) == {"Cache"}
