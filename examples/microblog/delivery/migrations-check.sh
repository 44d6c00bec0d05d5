#!/usr/bin/env bash
# Judges the migrations that are new or changed since the git revision BASE; without one, since the release before.
set -euo pipefail

if [[ ${BASE:-} =~ ^0*$ ]]; then # GitHub says zeros where there is nothing before: of a tag, or a new branch
  BASE=$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null) || BASE=HEAD^
fi
git rev-parse --quiet --verify --end-of-options "$BASE^{commit}" >/dev/null || {
  echo "BASE=$BASE is no commit that git knows here; in a shallow clone, fetch the history first" >&2
  exit 1
}
changed=$(git diff --name-only --relative --diff-filter=AMR "$BASE" -- '*/migrations/[0-9]*.py')
if [[ -z $changed ]]; then
  echo "no migrations since $BASE"
  exit
fi
mapfile -t files <<<"$changed"
.venv/bin/python -m tests.lint_migrations "${files[@]}"
