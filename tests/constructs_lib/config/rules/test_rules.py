"""The list of rules itself; what each rule says is in tests/fixtures/environments."""

import inspect
import pkgutil
from importlib import import_module

from constructs_lib.config import rules

MODULES = [import_module(f"{rules.__name__}.{module.name}") for module in pkgutil.iter_modules(rules.__path__)]


def test_every_rule_that_is_written_is_checked_once() -> None:
    written = {
        function
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_")
        and function.__module__ == module.__name__
        and "declarations" in inspect.signature(function).parameters
    }

    assert set(rules.RULES) == written
    assert len(rules.RULES) == len(written)


def test_every_rule_says_why_it_is_there() -> None:
    assert all(rule.__doc__ for rule in rules.RULES)
