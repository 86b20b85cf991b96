"""Sends with curl what a person, a machine or a partner would send."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path

from tests.journeys.conftest import Product


def fields(**values: str) -> tuple[str, ...]:
    """curl's options for the fields of a form."""
    return tuple(word for name, value in values.items() for word in ("--data-urlencode", f"{name}={value}"))


class Sender:
    """Somebody who is signed in as an administrator, and a machine with the demo's service key."""

    def __init__(self, product: Product, folder: Path) -> None:
        self.product, self.folder = product, folder
        who = product.sign_in("administrator")
        self.page("/login/", *fields(username=who["email"], password=who["password"]))
        key = json.loads((product.data / "service-key.json").read_text())
        grant = fields(
            grant_type="client_credentials", client_id=key["clientId"], client_secret=key["clientSecret"]
        )
        self.token = json.loads(self.curl("/oauth/token/", *grant))["access_token"]

    def curl(self, path: str, *options: str) -> str:
        """The body of the answer."""
        words = ["curl", "--silent", "--show-error", "--max-time", "30", "-b", "cookies", "-c", "cookies"]
        command = [*words, *options, f"{self.product.url}{path}"]
        done = subprocess.run(command, capture_output=True, check=True, cwd=self.folder)
        return done.stdout.decode(errors="replace")

    def page(self, path: str, *options: str, form: str = "", as_file: bool = False) -> str:
        """Post to a page what the form at `form` (or at the path itself) would post."""
        page = self.curl(form or path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, f"{form or path} has no form:\n{page}"
        field = "--form" if as_file else "--data-urlencode"
        return html.unescape(self.curl(path, field, f"csrfmiddlewaretoken={token[1]}", *options))

    def api(self, path: str, *options: str) -> str:
        """Call the REST API with the service key."""
        return self.curl(f"/api/v1{path}", "-H", f"Authorization: Bearer {self.token}", *options)

    def json(self, path: str, body: dict) -> str:
        """Post JSON to the REST API."""
        (self.folder / "body.json").write_text(json.dumps(body))
        return self.api(path, "-H", "Content-Type: application/json", "--data-binary", "@body.json")
