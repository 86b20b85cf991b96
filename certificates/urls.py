"""Pages of the app."""

from django.urls import path

from .views import keystores, references, truststores, uploads, versions, waivers

app_name = "certificates"
urlpatterns = [
    path("truststores/", truststores.truststores, name="truststores"),
    path("truststores/new/", truststores.new, name="truststore_new"),
    path("truststores/<uuid:uuid>/", truststores.truststore, name="truststore"),
    path("truststores/<uuid:uuid>/add/", truststores.add, name="entries_add"),
    path("truststores/<uuid:uuid>/add/<uuid:upload>/", truststores.assign, name="entries_assign"),
    path("truststores/<uuid:uuid>/entries/<uuid:entry>/remove/", versions.remove, name="entry_remove"),
    path("truststores/<uuid:uuid>/entries/<uuid:entry>/rules/", versions.entry_rules, name="entry_rules"),
    path("truststores/<uuid:uuid>/versions/<int:number>/", versions.version, name="version"),
    path("truststores/<uuid:uuid>/versions/<int:number>/activate/", versions.activate, name="activate"),
    path("references/", references.references, name="references"),
    path("references/<uuid:uuid>/", references.reference, name="reference"),
    path("references/<uuid:uuid>/repoint/", references.repoint, name="reference_repoint"),
    path("references/<uuid:uuid>/delete/", references.delete, name="reference_delete"),
    path("uploads/", uploads.uploads, name="uploads"),
    path("uploads/new/", uploads.new, name="upload_new"),
    path("uploads/<uuid:uuid>/", uploads.upload, name="upload"),
    path("uploads/<uuid:uuid>/progress/", uploads.progress, name="upload_progress"),
    path("uploads/<uuid:uuid>/again/", uploads.judge_again, name="judge_again"),
    path("waivers/", waivers.waivers, name="waivers"),
    path("waivers/<uuid:uuid>/withdraw/", waivers.withdraw, name="waiver_withdraw"),
    path("waivers/new/<str:fingerprint>/<str:code>/", waivers.waive, name="waive"),
    path("keystores/", keystores.keystores, name="keystores"),
    path("keystores/new/", keystores.new, name="keystore_new"),
    path("keystores/<uuid:uuid>/", keystores.keystore, name="keystore"),
    path("keystores/<uuid:uuid>/delete/", keystores.delete, name="keystore_delete"),
    path("keystores/<uuid:uuid>/keys/add/", keystores.add, name="key_add"),
    path("keystores/<uuid:uuid>/keys/<str:alias>/replace/", keystores.replace, name="key_replace"),
    path("keystores/<uuid:uuid>/keys/<str:alias>/delete/", keystores.delete_key, name="key_delete"),
]
