"""The model's view of a truststore: is what the translation really renders."""

import pytest

from certificates.pki.gateway.rendering import as_product
from gateway.translation.trust import weigh

from .cases import Case
from .comparison import random_cases
from .gate import truststore
from .making import NOW
from .stories import all_stories


@pytest.mark.parametrize(
    "cases", [all_stories(), random_cases(20261122, 300)], ids=["the stories", "random stores"]
)
def test_it_trusts_and_pins_the_same(cases: list[Case]) -> None:
    for case in cases:
        seen, rendered = as_product(case.entries, NOW), weigh(truststore(case).entries, NOW)
        assert [made.fingerprint for made in seen.trusted] == list(rendered.issuers), case.name
        assert sorted(seen.pins) == sorted(set(rendered.pins)), case.name
