"""Declarations and an application for tests, which do not depend on what a team declares in `environments/`."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ENVIRONMENTS = ROOT / "tests" / "fixtures" / "sample" / "environments"
"""Two accounts, a base with two apps, and production: of these are the golden templates."""

SCHEMA = ROOT / "environments" / "schema.json"
"""The shape of declarations: code of this project, and no team's data."""

APPLICATION = ROOT / "examples" / "microblog"
"""The example application."""

NO_APPLICATION = f"{APPLICATION.relative_to(ROOT)} was removed"

needs_application = pytest.mark.skipif(not APPLICATION.is_dir(), reason=NO_APPLICATION)
