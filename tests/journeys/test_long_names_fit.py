"""Rows with a host and what the gateway does on it: the longest names and notes lie beside each other."""

import pytest

from tests.journeys.remote import Rest

# The longest alias and the longest note that there may be, then what lies over or beyond something else.
LENGTHEN = """rows => rows.flatMap(row => {
  row.querySelector("a.name").textContent = "n".repeat(63);
  const state = row.querySelector(".cs-state");
  const note = state.querySelector("small") || state.appendChild(document.createElement("small"));
  note.textContent = "still by partner-clients version 2 via ref://partner-trust";
  const extent = element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const left = extent(row.firstElementChild), right = extent(row.lastElementChild);
  const out = right.right > row.getBoundingClientRect().right;
  return [left.right > right.left && "the name runs into the note", out && "the note runs out of the row"];
}).filter(Boolean)"""


@pytest.mark.journey
@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_it_lets_nothing_lie_over_something_else(product, page_of, width):
    page, rest = page_of("administrator"), Rest(product)
    store = next(one for one in rest.ask("truststores/")["results"] if one["name"] == "partner-clients")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{product.url}/truststores/{store['uuid']}/")
    rows = ".cs-rows > li:has(.cs-state)"
    page.locator(rows).first.wait_for()
    assert page.eval_on_selector_all(rows, LENGTHEN) == []
