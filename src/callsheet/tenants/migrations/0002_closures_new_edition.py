"""The days on which the studio is closed are settings, too."""

from django.db import migrations

ATTACH = """
CREATE TRIGGER studioclosure_new_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON tenants_studioclosure FOR EACH STATEMENT EXECUTE FUNCTION callsheet_new_edition_v1();
"""
DETACH = "DROP TRIGGER studioclosure_new_edition ON tenants_studioclosure;"


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0004_edition'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(ATTACH, DETACH),
    ]
