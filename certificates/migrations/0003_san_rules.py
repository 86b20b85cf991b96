from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="san_rules",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="of an anchor: {kind, match, value}; its clients need such a name",
            ),
        ),
    ]
