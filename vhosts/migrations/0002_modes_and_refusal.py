from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vhosts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="virtualhost",
            name="refusal",
            field=models.CharField(
                choices=[("explain", "explain"), ("handshake", "handshake")], default="explain", max_length=20
            ),
        ),
        migrations.AlterField(
            model_name="virtualhost",
            name="client_auth",
            field=models.CharField(
                choices=[
                    ("off", "off"),
                    ("optional", "optional"),
                    ("trial", "trial"),
                    ("required", "required"),
                ],
                default="off",
                max_length=20,
            ),
        ),
    ]
