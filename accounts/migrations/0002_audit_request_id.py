from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="request_id",
            field=models.CharField(
                blank=True, help_text="the request that led to it, as in the logs", max_length=36, default=""
            ),
            preserve_default=False,
        ),
    ]
