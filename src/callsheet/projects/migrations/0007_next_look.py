"""Queues are looked at when they are due; to begin with, all of them are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0007_restore'),
        ('projects', '0006_clocks_put_off'),
    ]

    operations = [
        migrations.CreateModel(
            name='NextLook',
            fields=[
                ('wallet', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='credits.wallet')),
                ('at', models.DateTimeField(db_index=True)),
                ('edition', models.UUIDField(db_index=True, null=True)),
            ],
            options={
                'verbose_name': 'next look at a queue',
                'verbose_name_plural': 'next looks at queues',
            },
        ),
        migrations.RunSQL(
            "INSERT INTO projects_nextlook (wallet_id, at) SELECT id, now() FROM credits_wallet",
            migrations.RunSQL.noop,
        ),
    ]
