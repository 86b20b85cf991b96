"""Nobody gets into a partner's secure page by reading a log."""

import logging

from portal.weblog import MaskingFilter, masked


def test_it_masks_the_token_of_a_secure_link():
    line = "GET /s/qm7x-2KfD_abc/progress/ HTTP/1.1"
    assert masked(line) == "GET /s/•••/progress/ HTTP/1.1"
    assert masked("POST /api/v1/secure/qm7x-2KfD/ HTTP/1.1") == "POST /api/v1/secure/•••/ HTTP/1.1"


def test_it_leaves_other_addresses_alone():
    assert masked("GET /hosts/?q=s HTTP/1.1") == "GET /hosts/?q=s HTTP/1.1"


def test_it_masks_what_our_own_logs_say():
    record = logging.LogRecord("django.request", 30, "", 0, "Forbidden: %s", ("/reset/MQ/c8x-99/",), None)
    MaskingFilter().filter(record)
    assert record.getMessage() == "Forbidden: /reset/MQ/•••/"
