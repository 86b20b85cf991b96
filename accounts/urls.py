"""Pages of the app."""

from django.urls import path

from .views import audit, keys, people

app_name = "accounts"
urlpatterns = [
    path("account/switch/<uuid:uuid>/", people.switch, name="switch"),
    path("account/profile/", people.severity_profile, name="severity_profile"),
    path("people/", people.members, name="members"),
    path("people/roles/", people.roles, name="roles"),
    path("people/<uuid:uuid>/", people.member, name="member"),
    path("people/<uuid:uuid>/link/", people.member_link, name="member_link"),
    path("people/<uuid:uuid>/remove/", people.member_remove, name="member_remove"),
    path("keys/", keys.keys, name="keys"),
    path("keys/new/", keys.key_new, name="key_new"),
    path("keys/<uuid:uuid>/revoke/", keys.key_revoke, name="key_revoke"),
    path("audit/", audit.audit, name="audit"),
    path("audit/audit.csv", audit.audit_csv, name="audit_csv"),
]
