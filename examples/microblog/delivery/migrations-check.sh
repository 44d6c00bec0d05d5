#!/usr/bin/env bash
# Judges the migrations that are new or changed since the git revision BASE.
set -euo pipefail

if [[ $BASE =~ ^0+$ ]]; then
  BASE=HEAD^ # GitHub's word for "nothing before", of a tag or a new branch
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
