"""Whoever sent a private key goes back and finds the form still filled in, as the page promises."""

from typing import Any

import pytest

from tests.journeys.conftest import Product
from tests.journeys.partner import Folder

pytestmark = [pytest.mark.journey, pytest.mark.browser]


@pytest.mark.parametrize(("has_script", "name"), [(False, "goods-in"), (True, "goods-out")])
def test_it_brings_the_form_back(
    product: Product, page_of: Any, certificates: Folder, has_script: bool, name: str
) -> None:
    key = (certificates.path / "client.key").read_text()
    page = page_of("administrator", java_script_enabled=has_script)
    page.goto(f"{product.url}/truststores/new/")
    page.locator("[name=name]").fill(name)
    page.locator("[name=description]").fill(f"For Altbruck. {key}")
    page.locator("main form [type=submit]").click()
    page.get_by_role("heading", name="A private key was sent").wait_for()
    assert key.splitlines()[1] not in page.content()
    page.go_back()
    assert page.locator("[name=name]").input_value() == name
    page.locator("[name=description]").fill("For Altbruck.")
    page.locator("main form [type=submit]").click()
    page.get_by_role("heading", name=name).wait_for()


def test_it_brings_the_files_back(product: Product, page_of: Any, certificates: Folder) -> None:
    page = page_of("administrator", java_script_enabled=False)  # with it no key leaves the browser
    page.goto(f"{product.url}/uploads/new/")
    names = ["client.crt", "client.key"]
    page.locator("input[type=file]").set_input_files([certificates.path / name for name in names])
    page.locator("main button[type=submit]").click()
    page.get_by_text("client.key holds a private key").wait_for()
    page.go_back()
    kept = page.locator("input[type=file]").evaluate("input => [...input.files].map(file => file.name)")
    assert kept == names
