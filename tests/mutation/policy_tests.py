"""Runs the tests that hold templates to something, with a statement taken out of the templates.

Templates are synthesised once: each run gets those of the first with a statement less. A test counts that passes with
the kept templates, and with a change of them that means nothing, and fails without the statement. Tests that compare
whole templates would notice every change; they say that something changed, not what it breaks.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Generator, Iterable
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Template

from tests.constructs_lib.synthesis import ROOT
from tests.mutation.statements import listed

if TYPE_CHECKING:
    from tests.mutation.statements import Statement

TESTS = ("tests/policy", "tests/constructs_lib")
LEFT_OUT = ("tests/constructs_lib/test_golden_templates.py", "tests/constructs_lib/config")
COMPARES_ROLES = "tests/constructs_lib/test_account.py::TestRoles::test_production_deploys_as_deploy_does"
"""The same code gives both roles their statements, and would take one from both."""
FIXTURES = {"synthesise", "templates"}
"""A test without either of them sees no template that is changed here."""

Templates = dict[str, Any]


class PolicyTests:
    """The tests, and the templates that they were given when they ran for the first time."""

    def __init__(self, tests: Iterable[str] = TESTS) -> None:
        self._tests = tests
        self._kept = _Kept()
        self._run(self._kept)
        control = _Given(self._kept, lambda template: template.update(Metadata={"means": "nothing"}))
        self._run(control)
        self._unfit = control.failed
        self.count = len(self._kept.passed - self._unfit)

    def killer(self, statement: Statement) -> str | None:
        """Return a test that fails without a statement, or None."""
        given = _Given(self._kept, lambda template: _remove(template, statement))
        given.leave_out(self._unfit | self._unconcerned(statement))
        self._run(given, "--exitfirst")
        return min(given.failed, default=None)

    def _unconcerned(self, statement: Statement) -> set[str]:
        """Return the tests whose own templates do not have a statement."""
        return {
            node
            for node, templates in self._kept.synthesised.items()
            if not any(_remove(json.loads(template), statement) for template in templates)
        }

    def _run(self, plugin: object, *options: str) -> None:
        left_out = [*(f"--ignore={ROOT / path}" for path in LEFT_OUT), f"--deselect={COMPARES_ROLES}"]
        settings = [f"--config-file={ROOT / 'pyproject.toml'}", "-p", "no:cacheprovider", "-p", "no:xdist"]
        arguments = ["--quiet", *settings, *left_out, *options]
        with redirect_stdout(StringIO()):
            code = pytest.main([*arguments, *(str(ROOT / path) for path in self._tests)], plugins=[plugin])
        if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            raise SystemExit(f"the tests of policies were interrupted or cannot be collected: {code!r}")


class _Outcomes:
    """A plugin that runs tests with templates, and keeps which passed and which failed."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if FIXTURES & set(getattr(item, "fixturenames", ()))]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            self.passed.add(report.nodeid)


class _Kept(_Outcomes):
    """A plugin that keeps the templates of the fixtures `templates` and `synthesise`."""

    def __init__(self) -> None:
        super().__init__()
        self.folders: dict[str, Templates] = {}
        self.synthesised: dict[str, list[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> Generator[None, Any, Any]:
        value = yield
        if fixturedef.argname == "templates":
            self.folders[fixturedef.baseid] = copy.deepcopy(value)
        elif fixturedef.argname == "synthesise":
            kept = self.synthesised[request.node.nodeid] = []

            def synthesise(fill: Callable[[Any], object]) -> Template:
                template: Template = value(fill)
                kept.append(json.dumps(template.to_json()))
                return template

            return _replaced(fixturedef, request, synthesise)
        return value


class _Given(_Outcomes):
    """A plugin that gives tests the kept templates, changed."""

    def __init__(self, kept: _Kept, change: Callable[[Templates], object]) -> None:
        super().__init__()
        self._kept = kept
        self._change = change
        self._left_out: set[str] = set()

    def leave_out(self, tests: set[str]) -> None:
        """Do not run some tests."""
        self._left_out = tests

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        super().pytest_collection_modifyitems(items)
        items[:] = [item for item in items if item.nodeid not in self._left_out]

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> object:
        if fixturedef.argname == "templates" and fixturedef.baseid in self._kept.folders:
            templates = copy.deepcopy(self._kept.folders[fixturedef.baseid])
            for template in templates.values():
                self._change(template)
            return _replaced(fixturedef, request, templates)
        if fixturedef.argname == "synthesise" and request.node.nodeid in self._kept.synthesised:
            left = iter(self._kept.synthesised[request.node.nodeid])

            def synthesise(_fill: Callable[[Any], object]) -> Template:
                template = json.loads(next(left))
                self._change(template)
                return Template.from_json(template)

            return _replaced(fixturedef, request, synthesise)
        return None


def _replaced(fixturedef: pytest.FixtureDef[Any], request: Any, value: object) -> Any:
    """Return a fixture's value as `pytest_fixture_setup` has to, which also keeps it."""
    fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
    return value


def _remove(template: Templates, statement: Statement) -> bool:
    """Take a statement out of a template; return whether it was there."""
    found = False
    for logical_id, resource in template.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        documents = [(logical_id, properties.get("AssumeRolePolicyDocument"))]
        name = properties.get("PolicyName") or properties.get("ManagedPolicyName")
        documents += [(name, properties.get("PolicyDocument"))]
        documents += [(one["PolicyName"], one["PolicyDocument"]) for one in properties.get("Policies", [])]
        for policy, document in documents:
            if not isinstance(document, dict) or not isinstance(policy, str):
                continue
            bodies = listed(document["Statement"])
            left = [body for body in bodies if not statement.is_in(policy, body)]
            found = found or left != bodies
            document["Statement"] = left
    return found
