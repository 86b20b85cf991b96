"""What the binary by itself would let in: is stopped by the product, at the store or at the gateway."""

from collections.abc import Iterator

import pytest

from certificates.pki.findings import has_error
from certificates.pki.gateway.settings import Rendering
from certificates.pki.roles import Role, check_entry, check_store

from .cases import Case
from .gate import Gate, open_gate
from .making import NOW
from .stories import names, trust

pytestmark = pytest.mark.journey

BARE, PRODUCT = Rendering.TRUSTED_CA, Rendering.PRODUCT
CASES = {case.name: case for case in trust.stories()}
SIGNING_PINS = [name for name in CASES if name.startswith("a pinned leaf") and "digitalSignature" not in name]


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    """An Envoy with the truststores of these stories."""
    with open_gate(list(CASES.values())) as opened:
        yield opened


def _knocks(gate: Gate, case: Case, rendering: Rendering) -> set[str]:
    return {gate.knock(case, rendering, "1.2").verdict, gate.knock(case, rendering, "1.3").verdict}


@pytest.mark.parametrize("name", SIGNING_PINS)
def test_it_keeps_out_whom_a_pinned_leaf_vouches_for(gate: Gate, name: str) -> None:
    assert _knocks(gate, CASES[name], BARE) == {"accepted"}  # the hole, in a bare trusted_ca
    assert _knocks(gate, CASES[name], PRODUCT) == {"refused"}


def test_it_keeps_out_whom_an_anchor_that_is_no_ca_vouches_for(gate: Gate) -> None:
    case = CASES["an anchor that is no CA"]
    assert _knocks(gate, case, BARE) == {"accepted"}
    assert _knocks(gate, case, PRODUCT) == {"refused"}


def test_it_keeps_out_rsa_1024_under_a_good_anchor(gate: Gate) -> None:
    case = CASES["RSA 1024 under a good anchor"]
    assert _knocks(gate, case, BARE) == {"accepted"}
    assert _knocks(gate, case, PRODUCT) == {"refused"}


def test_it_keeps_out_whom_an_intermediate_with_rsa_1024_vouches_for(gate: Gate) -> None:
    case = CASES["an intermediate with RSA 1024 under a good anchor"]
    assert _knocks(gate, case, BARE) == {"accepted"}
    assert _knocks(gate, case, PRODUCT) == {"refused"}


def test_it_activates_no_store_with_an_anchor_that_is_no_ca() -> None:
    ((anchor, role),) = CASES["an anchor that is no CA"].entries
    assert has_error(check_entry(anchor, role, NOW))


def test_it_activates_no_store_with_an_anchor_of_rsa_1024(gate: Gate) -> None:
    case = CASES["an anchor with RSA 1024"]
    assert _knocks(gate, case, PRODUCT) == {"accepted"}  # it was not sent: so the store must never get there
    ((anchor, role),) = case.entries
    assert has_error(check_entry(anchor, role, NOW))


UNREADABLE = {case.name: case for case in names.stories() if "a noncharacter, a" in case.name}


def test_it_activates_no_store_that_would_freeze_the_configuration() -> None:
    with open_gate(list(UNREADABLE.values())) as opened:
        for name in ("a noncharacter, another anchor's", "a noncharacter, a helper's"):
            case = UNREADABLE[name]
            assert _knocks(opened, case, PRODUCT) == {"not_loadable"}  # what Envoy does with it
            assert has_error(check_store(case.entries, NOW))
            assert any(has_error(check_entry(one, role, NOW)) for one, role in case.entries)


def test_it_activates_no_store_with_a_pinned_leaf_that_may_sign() -> None:
    ((pinned, role),) = CASES["a pinned leaf with keyCertSign signs another"].entries
    assert role is Role.CLIENT
    assert has_error(check_entry(pinned, role, NOW))


def test_it_activates_no_store_with_a_pinned_client_of_rsa_1024() -> None:
    ((pinned, role),) = CASES["pinned, RSA 1024"].entries
    assert has_error(check_entry(pinned, role, NOW))
