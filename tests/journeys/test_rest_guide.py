"""The guide is true: every command of docs/guides/enable-two-way-ssl.md runs, in order, against the real
product.
"""

import pytest

from tests.journeys.guides import run_guide


@pytest.mark.journey
def test_it_enables_two_way_ssl_by_rest_as_the_guide_says(product, tmp_path):
    done = run_guide("enable-two-way-ssl", product, tmp_path, least=9)

    served, client = (tmp_path / "served.txt").read_text(), (tmp_path / "client.crt").read_text()
    assert "forged" not in served  # the target saw the gateway's header, not the client's
    assert "was let through" in done.stdout
    assert "PRIVATE KEY" not in client
    logs = "".join(path.read_text(errors="replace") for path in (product.data / "log").glob("*.log"))
    assert "PRIVATE KEY" not in logs
