"""A place in the order in which accounts give back to a pool that shrinks."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0005_contracts'),
    ]

    operations = [
        migrations.AddField(
            model_name='wallet',
            name='gives_back',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Place in the order in which a pool that shrinks takes back; empty: after those with a place, pro rata.', null=True),
        ),
    ]
