"""Links by e-mail with which people set their password: the first one, or another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from .models import Member, User


class PasswordLinkForm(PasswordResetForm):
    """Django's form, for people who never had a password, too: nobody here signs in by other means."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"

    def get_users(self, email: str) -> Iterable[User]:
        """The active person with this address, in any case of its letters."""
        return User.objects.filter(email=email.lower(), is_active=True)

    def save(self, **options: Any) -> None:
        """Send the link. It leads to the portal's own address, whatever the request's Host header says."""
        portal = urlsplit(settings.PORTAL_URL)
        options |= {"domain_override": portal.netloc, "use_https": portal.scheme == "https"}
        super().save(**options | {"extra_email_context": {"days": _days()}})


def invite(member: Member, by: str) -> None:
    """Send a new person the link with which they set their first password. `by`: who added them.

    Raises OSError (smtplib's errors are of its kin) when the e-mail cannot be handed over.
    """
    user = member.user
    where = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    context = {
        "user": user,
        "account": member.account,
        "role": member.get_role_display(),
        "by": by,
        "url": settings.PORTAL_URL + reverse("password_reset_confirm", args=where),
        "days": _days(),
    }
    subject = " ".join(render_to_string("accounts/invitation_subject.txt", context).split())
    send_mail(subject, render_to_string("accounts/invitation_email.txt", context), None, [user.email])


def _days() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // 86400
