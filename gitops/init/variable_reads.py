"""Where the settings of an application read environment variables, and what they do without one."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops.init.python_source import constant, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops.init.python_source import PythonSource

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_READERS = {"env", "environ", "config", "getenv"}
"""What the expression begins with that reads a variable: `env` of django-environ and environs, `config` of decouple.

`os.` may stand before it.
"""

_TYPES = {"bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"}
"""What stands second in django-environ's `env("NAME", bool)`, where environs' `env("NAME", …)` has the default."""

_ON = {"true", "1", "yes", "y", "t", "on"}

_BRANCHES = (ast.If, ast.IfExp, ast.Try, ast.BoolOp, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
"""What may leave out what stands in it. Of settings that are classes, one is chosen."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that settings read, where first, and what they do without it.

    `has_default` says that they have a value without it, be it None. `is_optional` says that none is written there:
    `os.environ.get("NAME")`. `is_conditional` says that a branch of the settings may not read it at all. `default` is
    what they have without it, where that is written out, `conversion` what they call with the text at once: `int`.
    `choices` are the texts that they compare it with.
    """

    name: str
    has_default: bool
    place: str = ""
    is_optional: bool = False
    is_conditional: bool = False
    default: object = None
    conversion: str = ""
    choices: tuple[str, ...] = ()

    @property
    def is_on(self) -> bool:
        """Return whether its default is one of the ways to say yes."""
        return str(self.default).lower() in _ON


def read(source: PythonSource, settings: str) -> list[Variable]:
    """Return the variables that settings read, each once; one with a default somewhere has one."""
    found: dict[str, Variable] = {}
    declared: dict[str, object] = {}
    for module in modules(source, settings):
        for call in source.calls(module, "Env"):  # environ.Env(DEBUG=(bool, False))
            declared |= {
                keyword.arg: literal(keyword.value.elts[-1])
                for keyword in call.keywords
                if keyword.arg and isinstance(keyword.value, ast.Tuple) and keyword.value.elts
            }
        functions = _reading_functions(source, module)
        for node, is_conditional in _expressions(source.tree(module)):
            if reading := _reading(node, functions):
                place = f"{source.path(module)}:{node.lineno}"
                variable = replace(reading, place=place, is_conditional=is_conditional)
                before = found.get(variable.name)
                found[variable.name] = _joined(before, variable) if before else variable
    return [
        replace(variable, has_default=True, is_optional=False, default=declared[variable.name])
        if variable.name in declared
        else variable
        for variable in found.values()
    ]


def modules(source: PythonSource, settings: str) -> list[str]:
    """Return the settings module and those whose names it imports with a star, as they come."""
    found, left = list[str](), [settings]
    while left:
        module = left.pop(0)
        if module in found or module not in source.names():
            continue
        found.append(module)
        left += [
            _imported(source, module, statement)
            for statement in ast.walk(source.tree(module))  # some import others in a `try`
            if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names)
        ]
    return found


def _joined(first: Variable, second: Variable) -> Variable:
    return replace(
        first,
        has_default=first.has_default or second.has_default,
        is_optional=first.is_optional and second.is_optional,
        is_conditional=first.is_conditional and second.is_conditional,
        default=second.default if first.default is None else first.default,
        conversion=first.conversion or second.conversion,
        choices=first.choices + second.choices,
    )


def _imported(source: PythonSource, module: str, statement: ast.ImportFrom) -> str:
    """Return the module that an import names, which may be relative to its own."""
    if not statement.level:
        return statement.module or ""
    parts = module.split(".")
    is_package = source.path(module).endswith("__init__.py")
    package = parts[: len(parts) - statement.level + is_package]
    return ".".join([*package, *filter(None, [statement.module])])


def _expressions(tree: ast.Module) -> Iterator[tuple[ast.expr, bool]]:
    """Yield all expressions of a module in their order, and whether one stands where it may not be reached."""
    left: list[tuple[ast.AST, bool]] = [(tree, False)]
    while left:
        node, is_conditional = left.pop()
        if isinstance(node, ast.expr):
            yield node, is_conditional
        below = is_conditional or isinstance(node, _BRANCHES)
        always = _always_reached(node)
        left += [(child, below and (is_conditional or child is not always)) for child in _children(node)]


def _children(node: ast.AST) -> list[ast.AST]:
    return list(ast.iter_child_nodes(node))[::-1]


def _always_reached(branch: ast.AST) -> ast.expr | None:
    if isinstance(branch, ast.If | ast.IfExp):
        return branch.test
    return branch.values[0] if isinstance(branch, ast.BoolOp) else None


def _reading(node: ast.expr, functions: Mapping[str, bool]) -> Variable | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        inner = _direct_reading(node.args[0], functions)
        if inner and node.func.id in _TYPES:  # int(os.environ["NAME"])
            return replace(inner, conversion=node.func.id)
    if isinstance(node, ast.Compare) and (compared := _direct_reading(node.left, functions)):
        texts = [constant(one) for one in ast.walk(node.comparators[0]) if isinstance(one, ast.Constant)]
        return replace(compared, choices=tuple(text for text in texts if text is not None))
    return _direct_reading(node, functions)


def _direct_reading(node: ast.expr, functions: Mapping[str, bool]) -> Variable | None:
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _root(node.value) in _READERS:
        name = constant(node.slice)
        return Variable(name, has_default=False) if name and _NAME.fullmatch(name) else None
    if name := constant(_looked_for(node)):
        return Variable(name, has_default=True, is_optional=True) if _NAME.fullmatch(name) else None
    return _call(node, functions) if isinstance(node, ast.Call) else None


def _call(node: ast.Call, functions: Mapping[str, bool]) -> Variable | None:
    """Return the variable that a call reads, and what it has instead."""
    last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    given = [keyword.value for keyword in node.keywords if keyword.arg == "default"]
    root = _root(node.func)
    if root == "dj_database_url":
        return Variable("DATABASE_URL", has_default=bool(given)) if last == "config" else None
    own = isinstance(node.func, ast.Name) and root in functions
    if root not in _READERS and not own:
        return None
    name = constant(node.args[0]) if node.args else {"db": "DATABASE_URL", "cache": "CACHE_URL"}.get(last)
    if name is None or not _NAME.fullmatch(name):
        return None
    given += [second for second in node.args[1:2] if not (isinstance(second, ast.Name) and second.id in _TYPES)]
    # os.getenv and os.environ.get have None; django-environ, environs and decouple raise.
    is_lenient = functions[root] if own else last in {"get", "getenv"} or root == "getenv"
    return Variable(
        name,
        has_default=bool(given) or is_lenient,
        is_optional=is_lenient and not given,
        default=literal(given[0]) if given else None,
        conversion=last if last in {"int", "float"} else "",  # env.bool reads texts
    )


def _reading_functions(source: PythonSource, module: str) -> Mapping[str, bool]:
    """Return the application's own functions that read the variable of their first argument, as a module names them.

    Each with whether it has None for a variable that is not set and for which it is given no default.
    """
    found = dict(_own_functions(source.tree(module)))
    for statement in ast.walk(source.tree(module)):
        if isinstance(statement, ast.ImportFrom):
            imported = _imported(source, module, statement)
            if imported in source.names() and imported != module:
                others = dict(_own_functions(source.tree(imported)))
                for alias in statement.names:
                    if alias.name == "*":
                        found |= others
                    elif alias.name in others:
                        found[alias.asname or alias.name] = others[alias.name]
    return found


def _own_functions(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef) or not function.args.args:
            continue
        first, nodes = function.args.args[0].arg, list(ast.walk(function))
        subscripts = [
            node
            for node in nodes
            if isinstance(node, ast.Subscript) and _root(node.value) in _READERS and _is_name(node.slice, first)
        ]
        calls = [
            node
            for node in nodes
            if isinstance(node, ast.Call)
            and _root(node.func) in _READERS
            and node.args
            and _is_name(node.args[0], first)
        ]
        if subscripts or calls:
            asks = any(_is_name(_looked_for(node), first) for node in nodes)
            raises = any(isinstance(node, ast.Raise) for node in nodes)
            takes_default = len(function.args.args) > 1
            yield function.name, asks or (not subscripts and (takes_default or not raises))


def _looked_for(node: ast.AST) -> ast.expr | None:
    """Return what an expression such as `"NAME" in os.environ` looks for."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        return node.left if _root(node.comparators[0]) in _READERS else None
    return None


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _root(expression: ast.expr) -> str:
    """Return the name that an expression such as `environ.get` or `os.environ.get` begins with, `os` aside."""
    last = ""
    while isinstance(expression, ast.Attribute):
        last, expression = expression.attr, expression.value
    name = expression.id if isinstance(expression, ast.Name) else ""
    return last if name == "os" else name
