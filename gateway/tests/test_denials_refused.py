"""What cannot be denied: input that does not fit, and more than the emergency list takes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from common.errors import Conflict, DomainError
from gateway import denials
from gateway.models import Denial

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"fingerprint": "12:34", "reason": "r"}, "fingerprint"),
        ({"fingerprint": "a" * 64, "reason": " "}, "reason"),
        ({"fingerprint": "a" * 64, "reason": "r", "hours": 721}, "hours"),
        ({"fingerprint": "a" * 64, "reason": "r", "hours": 0}, "hours"),
    ],
)
def test_it_refuses_what_it_cannot_use(owner, wish, field):
    with pytest.raises(DomainError) as refused:
        denials.deny(actor=owner, **wish)
    assert refused.value.field == field


@pytest.mark.parametrize(("whose", "number"), [("owner", denials.SHARE), ("stranger", 200)])
def test_it_says_when_the_list_is_full(owner, stranger, whose, number):
    holder = {"owner": owner, "stranger": stranger}[whose].account
    until = timezone.now() + timedelta(hours=1)
    Denial.objects.bulk_create(
        [Denial(account=holder, fingerprint=f"{n:064x}", name="x", until=until) for n in range(number)]
    )
    with pytest.raises(Conflict) as refused:
        denials.deny(actor=owner, fingerprint="f" * 64, reason="r")
    assert refused.value.code == "denials_full"
    assert "Deploy" in refused.value.message
