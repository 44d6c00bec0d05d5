"""How settings read variables: with django-environ, environs, decouple or functions of their own."""

import re
from pathlib import Path

import pytest

from gitops.init.python_source import PythonSource
from gitops.init.variable_reads import Variable, modules, read

OWN_FUNCTIONS = '''\
import os
from django.core.exceptions import ImproperlyConfigured


def secret(name, default=None):
    """Read a file, or the variable."""
    if path := os.getenv(name + "_FILE"):
        return open(path).read()
    return os.getenv(name, default)


def flag(name, default="False"):
    return os.environ.get(name, default) == "True"


def number(name, *, least=None):
    if name in os.environ:
        value = int(os.environ[name])
        if least is not None and value < least:
            raise ValueError(name)
        return value
    return None


def required(name):
    try:
        return os.environ[name]
    except KeyError:
        raise ImproperlyConfigured(name)


def must_be_there(name, default=None):
    if default is None:
        return os.environ[name]
    return os.environ.get(name, default)


def unrelated(name, default=None):
    return name or default
'''


def variables(folder: Path, settings: str, **others: str) -> dict[str, Variable]:
    files = {"shop/settings.py": settings, **{f"{name.replace('__', '/')}.py": text for name, text in others.items()}}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return {variable.name: variable for variable in read(PythonSource(folder), "shop.settings")}


@pytest.mark.parametrize(
    ("reading", "has_default", "is_optional"),
    [
        ('os.environ["KEY"]', False, False),
        ('os.environ.get("KEY")', True, True),
        ('os.environ.get("KEY", "a")', True, False),
        ('os.getenv("KEY")', True, True),
        ('getenv("KEY", default="a")', True, False),
        ('env("KEY")', False, False),
        ('env("KEY", bool)', False, False),  # django-environ: a type
        ('env("KEY", "a")', True, False),  # environs: a default
        ('env("KEY", None)', True, False),
        ('env("KEY", default="a")', True, False),
        ('env.bool("KEY", False)', True, False),
        ('env.list("KEY")', False, False),
        ('config("KEY", cast=bool)', False, False),
        ('config("KEY", default=False, cast=bool)', True, False),
        ('"KEY" in os.environ', True, True),
        ('json.loads(os.environ["KEY"]) if "KEY" in os.environ else None', True, False),
    ],
)
def test_what_is_without_a_variable_depends_on_the_library(
    tmp_path: Path, reading: str, *, has_default: bool, is_optional: bool
) -> None:
    found = variables(tmp_path, f"VALUE = {reading}\n")

    assert (found["KEY"].has_default, found["KEY"].is_optional) == (has_default, is_optional)


@pytest.mark.parametrize(
    ("reading", "has_default", "is_optional"),
    [
        ('secret("KEY")', True, True),
        ('secret("KEY", "---")', True, False),
        ('flag("KEY", "True")', True, False),
        ('number("KEY")', True, True),
        ('required("KEY")', False, False),
        ('must_be_there("KEY")', False, False),
        ('must_be_there("KEY", "a")', True, False),
    ],
)
@pytest.mark.parametrize("imported", [False, True])
def test_functions_of_the_application_read_variables_too(
    tmp_path: Path, reading: str, *, has_default: bool, is_optional: bool, imported: bool
) -> None:
    function = reading.partition("(")[0]
    begin = f"from .reading import {function}\n" if imported else OWN_FUNCTIONS
    found = variables(tmp_path, f"{begin}VALUE = {reading}\n", shop__reading=OWN_FUNCTIONS)

    assert (found["KEY"].has_default, found["KEY"].is_optional) == (has_default, is_optional)
    assert re.fullmatch(r"shop/settings\.py:\d+", found["KEY"].place)


def test_a_function_under_another_name_is_the_same(tmp_path: Path) -> None:
    begin = "from shop.reading import required as need\nfrom shop.reading import *\n"
    found = variables(tmp_path, f'{begin}A = need("FIRST")\nB = flag("SECOND")\n', shop__reading=OWN_FUNCTIONS)

    assert {name: variable.has_default for name, variable in found.items()} == {"FIRST": False, "SECOND": True}


@pytest.mark.parametrize("reading", ['unrelated("KEY")', 'other("KEY")', 'os.path.join("KEY", x)["a"]', 'env("key")'])
def test_other_functions_read_no_variable(tmp_path: Path, reading: str) -> None:
    assert variables(tmp_path, f"{OWN_FUNCTIONS}VALUE = {reading}\n") == {}


@pytest.mark.parametrize(
    ("settings", "is_conditional"),
    [
        ('A = os.environ["KEY"]', False),
        ('if os.environ["KEY"]:\n    pass', False),
        ('A = os.environ["KEY"] or "a"', False),
        ('if USES_S3:\n    A = os.environ["KEY"]', True),
        ('try:\n    A = os.environ["KEY"]\nexcept KeyError:\n    A = None', True),
        ('A = B or os.environ["KEY"]', True),
        ('A = os.environ["KEY"] if USES_S3 else None', True),
        ('class Production:\n    A = os.environ["KEY"]', True),
        ('if USES_S3:\n    A = os.environ["KEY"]\nB = os.environ["KEY"]', False),
    ],
)
def test_what_stands_in_a_branch_may_not_be_read(tmp_path: Path, settings: str, *, is_conditional: bool) -> None:
    assert variables(tmp_path, settings)["KEY"].is_conditional is is_conditional


@pytest.mark.parametrize(
    ("settings", "is_on", "conversion"),
    [
        ('DEBUG = os.environ.get("DEBUG", "True") == "True"', True, ""),
        ('DEBUG = env.bool("DEBUG", True)', True, ""),
        ('DEBUG = bool(os.environ.get("DEBUG", "yes"))', True, "bool"),
        ('DEBUG = int(os.getenv("DEBUG", default="1"))', True, "int"),
        ('env = environ.Env(DEBUG=(bool, True))\nDEBUG = env("DEBUG")', True, ""),
        ('env = environ.Env(DEBUG=(bool, False))\nDEBUG = env("DEBUG")', False, ""),
        ('DEBUG = env.int("DEBUG", 0)', False, "int"),
        ('DEBUG = os.environ.get("DEBUG")', False, ""),
    ],
)
def test_what_a_variable_is_by_default(tmp_path: Path, settings: str, *, is_on: bool, conversion: str) -> None:
    debug = variables(tmp_path, settings)["DEBUG"]

    assert (debug.is_on, debug.conversion) == (is_on, conversion)


def test_settings_are_a_package_whose_modules_import_each_other(tmp_path: Path) -> None:
    files = {
        "shop/settings/__init__.py": "from .base import *\n",
        "shop/settings/base.py": "try:\n    from ..common import *\nexcept ImportError:\n    pass\n",
        "shop/common.py": 'KEY = env("KEY")\n',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    source = PythonSource(tmp_path)

    assert modules(source, "shop.settings") == ["shop.settings", "shop.settings.base", "shop.common"]
    assert [variable.place for variable in read(source, "shop.settings")] == ["shop/common.py:1"]
