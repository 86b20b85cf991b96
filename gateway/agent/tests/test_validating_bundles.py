"""`envoy --mode validate` on every golden case, and on what it must refuse."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.agent import envoy
from gateway.agent.bundle import Bundle
from gateway.translation.node import CompiledPart, assemble
from gateway.translation.tests.golden import CASES, compiled, identity

pytestmark = pytest.mark.journey


def _bundle(case: Path) -> Bundle:
    node = assemble([CompiledPart("acme", compiled(case).to_json())], "127.0.0.1", 8443).to_json()
    return Bundle.from_json({**node, "keys": dict.fromkeys(node["keys"], identity("server_only").key_pem)})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_accepts_every_golden_case(case: Path) -> None:
    envoy.validate(_bundle(case))


def test_it_refuses_a_field_that_envoy_does_not_know() -> None:
    good = _bundle(CASES[0])
    listener = {**good.lds["resources"][0], "filterz": 1}
    with pytest.raises(envoy.Refused, match="filterz"):
        envoy.validate(replace(good, lds={**good.lds, "resources": [listener]}))


def test_it_refuses_a_file_that_is_no_certificate() -> None:
    good = _bundle(CASES[0])
    with pytest.raises(envoy.Refused, match=r"(?i)certificate"):
        envoy.validate(replace(good, files=dict.fromkeys(good.files, "hello")))
