"""Which way imports run (DESIGN.md, "The house")."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "constructs_lib"

CONSTRUCTS = {"account", "ad_hoc_base", "ad_hoc_app", "prod_base", "prod_app"}
"""What app.py builds; each is a table of contents over parts."""

ASSEMBLIES = {"base_interface", "observability.observability", "release.release", "services.services"}
"""Parts made of parts."""

FOUNDATION = {
    "acknowledge",
    "feature_flags",
    "network.ports",
    "observability.alarm",
    "observability.log_group",
    "observability.metrics",
    "stack",
}
"""What any construct may use."""

IN_THE_CLOUD = LIBRARY / "release" / "functions"
"""Code of Lambda functions: it runs elsewhere and imports nothing of ours."""


def module_of(path: Path) -> str:
    """Return the dotted name of a file of the library, below constructs_lib."""
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts)


LIBRARY_FILES = [
    path
    for path in sorted(LIBRARY.rglob("*.py"))
    if path.stem != "__init__" and LIBRARY / "config" not in path.parents and IN_THE_CLOUD not in path.parents
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


def reaches(path: Path, *packages: str) -> set[str]:
    """Return the imports of a file that lead into one of the packages."""
    return {
        module
        for module in imported_modules(path)
        if any(f"{module}.".startswith(f"{package}.") for package in packages)
    }


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize("path", files(LIBRARY / "config"), ids=lambda path: path.name)
def test_config_knows_neither_aws_nor_its_users(path: Path) -> None:
    assert reaches(path, "aws_cdk", "constructs", "jsii", "boto3", "botocore", "gitops", "app") == set()
    assert {m for m in reaches(path, "constructs_lib") if m.split(".")[1:2] not in ([], ["config"])} == set()


@pytest.mark.parametrize("path", LIBRARY_FILES, ids=module_of)
def test_constructs_know_neither_gitops_nor_credentials(path: Path) -> None:
    assert reaches(path, "gitops", "boto3", "botocore", "app") == set()


@pytest.mark.parametrize("part", sorted(PARTS))
def test_parts_import_each_other_only_to_name_a_type(part: str) -> None:
    others = {f"constructs_lib.{other}" for other in (PARTS | ASSEMBLIES | CONSTRUCTS) - {part}}
    assert names_used_as_values(LIBRARY / f"{part.replace('.', '/')}.py", others) == set()


def test_the_lists_above_name_files_that_exist() -> None:
    assert {module_of(path) for path in LIBRARY_FILES} >= CONSTRUCTS | ASSEMBLIES | FOUNDATION


@pytest.mark.parametrize("path", files(IN_THE_CLOUD), ids=lambda path: path.name)
def test_functions_in_the_cloud_import_nothing_of_ours(path: Path) -> None:
    assert reaches(path, "constructs_lib", "gitops", "app") == set()


@pytest.mark.parametrize("path", files(ROOT / "gitops"), ids=lambda path: str(path.relative_to(ROOT)))
def test_gitops_reaches_constructs_through_app_py_alone(path: Path) -> None:
    assert reaches(path, "aws_cdk", "constructs", "jsii", "app") == set()
    assert {m for m in reaches(path, "constructs_lib") if m.split(".")[1:2] not in ([], ["config"])} == set()


@pytest.mark.parametrize(
    ("door", "package"),
    [
        ("gitops/aws/session.py gitops/aws/cloudformation.py local_aws", "boto3"),
        ("gitops/aws/session.py gitops/aws/cloudformation.py local_aws", "botocore"),
        ("local_aws", "ministack"),
    ],
)
def test_each_outside_system_has_one_door(door: str, package: str) -> None:
    users = {str(path.relative_to(ROOT)) for path in files(ROOT / "gitops") if reaches(path, package)}
    assert all(any(user.startswith(allowed) for allowed in door.split()) for user in users), users


def test_app_py_is_a_table_of_contents() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) < 60


def test_a_part_that_builds_another_part_is_found(tmp_path: Path) -> None:
    path = tmp_path / "part.py"
    path.write_text(
        "from constructs_lib.data.cache import Cache\n\ndef build(cache: Cache) -> Cache:\n    return Cache()\n"
    )
    assert names_used_as_values(path, {"constructs_lib.data.cache"}) == {"Cache"}
