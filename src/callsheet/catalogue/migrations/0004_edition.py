"""Settings carry a mark that changes with them, so that processes may keep what they have read."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
TABLES = ("deliverabletype", "leadtime", "stagetime", "studiorules")

ATTACH = "INSERT INTO catalogue_edition (id, mark) VALUES (1, gen_random_uuid());" + "".join(
    f"CREATE TRIGGER {table}_new_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE"
    f" ON catalogue_{table} FOR EACH STATEMENT EXECUTE FUNCTION callsheet_new_edition_v1();"
    for table in TABLES
)
DETACH = "".join(
    f"DROP TRIGGER {table}_new_edition ON catalogue_{table};" for table in TABLES
) + "DROP FUNCTION callsheet_new_edition_v1();"


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0003_measured_times'),
    ]

    operations = [
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.UUIDField()),
            ],
            options={
                'verbose_name': 'edition of the settings',
                'verbose_name_plural': 'edition of the settings',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_row_of_edition')],
            },
        ),
        migrations.RunSQL((SQL / "edition_v1.sql").read_text() + ATTACH, DETACH),
    ]
