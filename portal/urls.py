"""Every address of the portal."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordResetView
from django.urls import include, path
from oauth2_provider.views import TokenView

from accounts.forms import SignInForm
from accounts.invitations import PasswordLinkForm

from . import views
from .watch import views as watch

portal = (
    [
        path("", views.overview, name="overview"),
        path("health/live", watch.live, name="live"),
        path("health/ready", watch.ready, name="ready"),
        path("metrics", watch.metrics, name="metrics"),
    ],
    "portal",
)

handler500 = watch.failed
urlpatterns = [
    path("", include(portal)),
    path("", include("accounts.urls")),
    path("", include("certificates.urls")),
    path("", include("vhosts.urls")),
    path("", include("catalog.urls")),
    path("", include("gateway.urls")),
    path("", include("incidents.urls")),
    path("", include("marketplace.urls")),
    path("login/", LoginView.as_view(authentication_form=SignInForm), name="login"),
    path(
        "password_reset/",
        PasswordResetView.as_view(
            form_class=PasswordLinkForm, email_template_name="registration/password_reset_email.txt"
        ),
        name="password_reset",
    ),
    path("", include("django.contrib.auth.urls")),
    # The token endpoint only: no authorization pages, since machines are the only OAuth2 clients.
    path("oauth/token/", login_not_required(TokenView.as_view()), name="oauth-token"),
    path("api/v1/", include("portal.api")),
    path("apiportal/", include("interop.sap.urls")),
]
