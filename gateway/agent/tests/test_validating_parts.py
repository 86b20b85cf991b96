"""`envoy --mode validate` on every golden case, and on what it must refuse."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.agent import envoy
from gateway.agent.bundle import Part
from gateway.translation.secret import Secret
from gateway.translation.tests.golden import CASES, compiled, identity

pytestmark = pytest.mark.journey


def _part(case: Path) -> Part:
    made = compiled(case)
    return Part.of(made.to_json(), dict.fromkeys(made.keys, Secret(identity("server_only").key_pem)))


def _validate(part: Part) -> None:
    envoy.validate([part], "127.0.0.1", 8443)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_accepts_every_golden_case(case: Path) -> None:
    _validate(_part(case))


def test_it_refuses_a_field_that_envoy_does_not_know() -> None:
    good = _part(CASES[0])
    chains = {name: chain[:-1] + ',"filterz":1}' for name, chain in good.note.chains.items()}
    with pytest.raises(envoy.Refused, match="filterz"):
        _validate(replace(good, note=replace(good.note, chains=chains)))


def test_it_refuses_a_file_that_is_no_certificate() -> None:
    good = _part(CASES[0])
    with pytest.raises(envoy.Refused, match=r"(?i)certificate"):
        _validate(replace(good, files=dict.fromkeys(good.files, "hello")))
