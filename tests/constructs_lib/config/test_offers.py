"""What AWS offers, as the pinned packages have it."""

import os

from constructs_lib.config import offers
from tests.constructs_lib.config import offers_source


def test_the_file_is_what_its_sources_say() -> None:
    if os.environ.get("BLESS"):
        offers.FILE.write_text(offers_source.text(), encoding="utf-8")
    assert offers.FILE.read_text(encoding="utf-8") == offers_source.text(), "a source has changed: make bless"


def test_regions_differ_in_what_they_have() -> None:
    known = offers.load().regions

    assert "t4g.micro" in known["us-east-1"].instance_classes
    assert "m7g.large" in known["us-east-1"].instance_classes
    assert "m9g.large" not in known["af-south-1"].instance_classes
    assert "cache.t4g.micro" in known["eu-central-1"].node_types
    assert known["us-east-1"].processors == {"arm64", "x86_64"}
    assert "eu-central-9" not in known


def test_old_generations_and_what_rds_only_runs_are_left_out() -> None:
    known = offers.load()

    assert "t2.micro" not in known.regions["us-east-1"].instance_classes
    assert {"17", "18"} <= known.postgres_majors
    assert known.postgres.isdisjoint(known.postgres_deprecated)
