"""A guide of docs/guides, run as a reader would: every `sh` block of it, in order, in one shell."""

import os
import re
import subprocess
from pathlib import Path

from tests.journeys.conftest import ROOT, Product


def run_guide(
    name: str,
    product: Product,
    folder: Path,
    *,
    least: int,
    seconds: int = 240,
    begin: str = "set -euo pipefail",
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """What `name`.md says in its blocks, of which there are at least `least`, after the line `begin`. Fails
    with what was said when a command fails."""
    text = (ROOT / "docs" / "guides" / f"{name}.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= least
    ready = {"READY": str(product.data / "ready.json")}
    done = subprocess.run(
        ["bash", "-c", "\n".join([begin, *blocks])],
        cwd=folder,
        env={**(os.environ if environment is None else environment), **ready},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done
