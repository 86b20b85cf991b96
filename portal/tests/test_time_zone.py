"""Times in the reader's zone."""

from __future__ import annotations

import pytest
from django.utils import timezone


def test_it_shows_times_in_the_zone_of_the_cookie(owner_client):
    owner_client.cookies["tz"] = "Asia/Kolkata"
    assert "Asia/Kolkata" in owner_client.get("/people/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("name", ["../../etc/passwd", "Moon/Base", "", "/usr/share/zoneinfo/UTC"])
def test_it_shows_utc_for_a_cookie_that_names_no_zone(owner_client, name):
    owner_client.cookies["tz"] = name
    page = owner_client.get("/people/")
    assert page.status_code == 200
    assert "</span> UTC" in page.content.decode()
