from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certificates", "0004_keystore_references")]

    operations = [migrations.RemoveField(model_name="upload", name="accepted")]
