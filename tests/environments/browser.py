"""A real browser: Chromium of an npm package, driven by Playwright."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from gitops.cdk import cli as cdk
from tests.gitops.checkouts import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PACKAGE = REPOSITORY / "node_modules" / "@sparticuz" / "chromium"
UNPACKED = REPOSITORY / ".gitops" / "browser"
ARCHIVES = ("al2023.tar", "fonts.tar")
DECOMPRESS = """
const { readFileSync, writeFileSync } = require("node:fs");
const { brotliDecompressSync } = require("node:zlib");
const [from, to] = process.argv.slice(1);
writeFileSync(to, brotliDecompressSync(readFileSync(from)));
"""

# The package's own configuration looks for its fonts where AWS Lambda has them.
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{folder}/cache</cachedir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """Chromium as it is unpacked: the program, the libraries that it needs, and fonts."""

    folder: Path

    @property
    def program(self) -> Path:
        return self.folder / "chromium"

    @property
    def environment(self) -> dict[str, str | float | bool]:
        return {
            **os.environ,
            "LD_LIBRARY_PATH": str(self.folder / "al2023" / "lib"),
            "FONTCONFIG_FILE": str(self.folder / "fonts.conf"),
        }


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium without a window, until the block ends."""
    chromium = unpacked()
    with sync_playwright() as playwright:
        # Chromium's sandbox needs rights that a container's root does not have; the pages are ours.
        options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(
            executable_path=chromium.program, args=options, env=chromium.environment, chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            browser.close()


def unpacked() -> Chromium:
    """Return the Chromium of the installed package, unpacked once for each version of it."""
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    folder = UNPACKED / version
    if not folder.exists():
        UNPACKED.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=UNPACKED) as partial:
            whole = Path(partial, version)
            _unpack(whole)
            (whole / "fonts.conf").write_text(FONTS.format(folder=folder))
            with suppress(OSError):  # another test process was faster
                whole.rename(folder)
    return Chromium(folder)


def _unpack(folder: Path) -> None:
    folder.mkdir()
    for name in ("chromium", *ARCHIVES):
        command = [cdk.node(), "--eval", DECOMPRESS, PACKAGE / "bin" / f"{name}.br", folder / name]
        subprocess.run([str(part) for part in command], check=True)
    for name in ARCHIVES:
        target = folder / name.removesuffix(".tar")
        with tarfile.open(folder / name) as archive:
            archive.extractall(target)  # noqa: S202 - of a package whose hash is in the lock file
        (folder / name).unlink()
    (folder / "chromium").chmod(0o755)
