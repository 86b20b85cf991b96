"""Pages of the app."""

from django.urls import path

from .views import case, queue, quota, review, secure

app_name = "incidents"
urlpatterns = [
    path("incidents/", queue.incidents, name="list"),
    path("incidents/new/", queue.new, name="new"),
    path("incidents/quota/", quota.quota, name="quota"),
    path("incidents/quota/<uuid:uuid>/<str:act>/", quota.answer, name="quota_answer"),
    path("incidents/<uuid:uuid>/", case.detail, name="detail"),
    path("incidents/<uuid:uuid>/live/", case.live, name="live"),
    path("incidents/<uuid:uuid>/comment/", case.comment, name="comment"),
    path("incidents/<uuid:uuid>/ask/", case.ask, name="ask"),
    path("incidents/<uuid:uuid>/link/", case.link_new, name="link_new"),
    path("incidents/<uuid:uuid>/link/revoke/", case.link_revoke, name="link_revoke"),
    path("incidents/<uuid:uuid>/withdraw/", case.withdraw, name="withdraw"),
    path("incidents/<uuid:uuid>/upload/", review.upload, name="upload"),
    path("incidents/<uuid:uuid>/uploads/<uuid:upload>/", review.review, name="review"),
    path("incidents/<uuid:uuid>/uploads/<uuid:upload>/progress/", review.progress, name="progress"),
    path("s/<str:token>/", secure.secure, name="secure"),
    path("s/<str:token>/progress/", secure.progress, name="secure_progress"),
]
