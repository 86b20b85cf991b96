"""What travels to a node has a form with a number: another form without another number fails here."""

import json
import tomllib
from pathlib import Path

from gateway.agent.bundle import Part, Wanted
from gateway.agent.denied import Denied
from gateway.agent.release import FORM, RELEASE
from gateway.translation import canonical
from gateway.translation.secret import Secret

PEM = "certificate"
HOST = {
    "name": "a.test",
    "client_auth": "required",
    "certificate_sha256": "ab" * 32,
    "chain_digest": "cd" * 32,
    "refusal": "handshake",
    "in_tls": True,
}
COMPILED = {
    "digest": "ef" * 32,
    "chains": {"a.test": {"name": "a.test"}},
    "clusters": {"target-1": {"name": "target-1"}},
    "files": {f"files/crt-{canonical.sha256(PEM)}.pem": PEM},
    "hosts": {"1": HOST},
}
FORMS = {
    1: "6ae5af042fc39d24fa6e028dce5851e42a1b138cb8848533771efd229e51cda3"
}  # form → what it makes of the same deployment


def test_it_has_another_number_when_what_travels_looks_otherwise() -> None:
    part = Part.of(COMPILED, {f"files/key-{'12' * 32}.pem": Secret("key")})
    wanted = Wanted("127.0.0.1", 8443, ("ef" * 32,))
    denied = Denied((f"acme:{'34' * 32}",))
    sent = [json.loads(part.revealed()), wanted.to_json(), wanted.version, denied.to_json(), denied.version]
    assert FORMS.get(FORM) == canonical.digest(sent), (
        "An agent that is not updated could not take this. If the form before was released, raise FORM in "
        "gateway/agent/release.py, add its digest here, and say so in CHANGELOG.md."
    )


def test_it_says_the_release_of_the_project() -> None:
    root = Path(__file__).resolve().parents[3]
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == RELEASE
