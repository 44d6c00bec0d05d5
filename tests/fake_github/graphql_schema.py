"""GitHub's GraphQL schema, as far as the product asks for it.

schema.graphql is a part of the npm package @octokit/graphql-schema (MIT, https://github.com/octokit/graphql-schema).
`make refresh-openapi` writes it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    parse,
    print_type,
    validate,
)
from graphql.execution.values import get_variable_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import GraphQLNamedType

FILE = Path(__file__).with_name("schema.graphql")

FIELDS: Mapping[str, frozenset[str]] = {
    "Mutation": frozenset({"enablePullRequestAutoMerge"}),
    "Query": frozenset({"id"}),
    "EnablePullRequestAutoMergePayload": frozenset({"clientMutationId"}),
}
"""The fields of objects that the part has. What they take is whole."""


def faults(query: str, variables: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a request, in the words of GraphQL; nothing when it is as the schema says."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return [error.message]
    found = [error.message for error in validate(_schema(), document)]
    if not found:
        for definition in document.definitions:
            assert isinstance(definition, OperationDefinitionNode)
            coerced = get_variable_values(_schema(), definition.variable_definitions or (), dict(variables))
            found += [error.message for error in coerced] if isinstance(coerced, list) else []
    return found


def part(text: str) -> str:
    """Return the part of a whole schema, with all types that `FIELDS` need."""
    whole = build_schema(text, assume_valid=True)
    for name, fields in FIELDS.items():
        kind = whole.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        kind.fields = {field: kind.fields[field] for field in sorted(fields)}
        kind.interfaces = ()
        kind.ast_node = None
    names = sorted({kind.name for name in FIELDS for kind in _needed(whole, whole.type_map[name])})
    printed = (print_type(_without_prose(whole.type_map[name])) for name in names)
    return "\n\n".join(printed) + "\n"


def _needed(whole: GraphQLSchema, kind: GraphQLNamedType) -> Iterator[GraphQLNamedType]:
    if is_specified_scalar_type(kind):
        return
    yield kind
    if isinstance(kind, GraphQLObjectType):
        for field in kind.fields.values():
            yield from _needed(whole, get_named_type(field.type))
            for argument in field.args.values():
                yield from _needed(whole, get_named_type(argument.type))
    elif isinstance(kind, GraphQLInputObjectType):
        for entry in kind.fields.values():
            yield from _needed(whole, get_named_type(entry.type))


def _without_prose(kind: GraphQLNamedType) -> GraphQLNamedType:
    kind.description = None
    for entry in {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}.values():
        entry.description = None
        for argument in getattr(entry, "args", {}).values():
            argument.description = None
    return kind


@cache
def _schema() -> GraphQLSchema:
    return build_schema(FILE.read_text())
