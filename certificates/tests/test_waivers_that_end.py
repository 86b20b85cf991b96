"""When the last day of a waiver is over, lists say of an upload what its report says."""

from datetime import timedelta

import pytest

from certificates.services import waivers
from certificates.tests.waiving import CLIENT, NEEDLESS_CA, NOW, sent, waived

pytestmark = pytest.mark.django_db
AFTER = NOW + timedelta(days=32)


def test_it_refuses_the_upload_again(owner):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    waived(owner)
    assert waivers.take_back_ended(NOW + timedelta(days=29)) == 0
    assert waivers.take_back_ended(AFTER) == 1
    upload.refresh_from_db()
    assert upload.accepted is False
    assert waivers.take_back_ended(AFTER) == 0


def test_it_leaves_an_upload_to_a_waiver_that_goes_on(owner):
    upload = sent(owner, CLIENT, NEEDLESS_CA)
    waived(owner)
    waived(owner, until=(NOW + timedelta(days=90)).date())
    assert waivers.take_back_ended(AFTER) == 0
    upload.refresh_from_db()
    assert upload.accepted


def test_it_leaves_what_nothing_was_waived_for(owner):
    upload = sent(owner, CLIENT)
    assert waivers.take_back_ended(AFTER) == 0
    upload.refresh_from_db()
    assert upload.accepted
