"""No private key leaves the browser: the drop zone takes out what the server would refuse."""

from pathlib import Path
from typing import Any

import pytest

from certificates.pki.private_keys import private_key_in
from tests.journeys.conftest import Product
from tests.journeys.partner import Folder
from tests.journeys.stray_keys import Keyring

pytestmark = [pytest.mark.journey, pytest.mark.browser]


def chosen(page: Any, *files: Path) -> set[str]:
    """The names of the files that the drop zone keeps to be sent, once it has looked at them."""
    page.set_input_files("[data-drop] input", files)
    page.locator("main button[type=submit]:enabled").wait_for()
    return set(page.eval_on_selector("[data-drop] input", "input => [...input.files].map(file => file.name)"))


def test_it_takes_out_every_file_that_the_server_would_refuse(
    product: Product, page_of: Any, certificates: Folder, tmp_path: Path
) -> None:
    page = page_of("administrator")
    page.goto(f"{product.url}/uploads/new/")
    good = Path(certificates.crt("client"))
    kept = []
    for stray in Keyring(tmp_path, good.read_bytes()).strays():
        assert private_key_in(stray.content), stray.name
        # The name alone must not give it away.
        file = tmp_path / f"{stray.name}.txt"
        file.write_bytes(stray.content)
        if chosen(page, file, good) != {good.name}:
            kept.append(stray.name)
    assert not kept
    assert page.get_by_role("alert").get_by_text("Not sent:").is_visible()


def test_it_keeps_certificates_and_sentences_about_keys(
    product: Product, page_of: Any, certificates: Folder, tmp_path: Path
) -> None:
    page = page_of("administrator")
    page.goto(f"{product.url}/uploads/new/")
    pem = Path(certificates.crt("client")).read_text()
    encoded = "".join(pem.split("-----")[2].split())
    wanted = {
        "plain.pem": pem,
        "bare.cer": encoded,
        "words.txt": f"In the end the private key stays here. \n{pem}",
        "root.txt": pem + Path(certificates.crt("root")).read_text(),
    }
    for name, content in wanted.items():
        (tmp_path / name).write_text(content)
    assert chosen(page, *(tmp_path / name for name in wanted)) == set(wanted)
