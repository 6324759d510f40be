"""The transfer kind ``restore``: its rule on the table, and the ledger function's second version.

Version 1 stays, so that processes of the release before go on working while a new one is deployed.
Going back is possible until something has been restored: the old rule does not know that kind, and
PostgreSQL refuses to put it on a table that it does not hold for.
"""

from pathlib import Path

import django.db.models.expressions
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Widen the rule, then create the function that uses it."""

    dependencies = [("credits", "0006_giving_back")]

    operations = [
        migrations.RemoveConstraint(model_name="transfer", name="transfer_joins_right_buckets"),
        migrations.AlterField(
            model_name='transfer',
            name='kind',
            field=models.CharField(choices=[('grant', 'Granted'), ('revoke', 'Revoked'), ('allocate', 'Allocated from the pool'), ('reclaim', 'Reclaimed by the pool'), ('reassign', 'Transferred'), ('lend', 'Lent'), ('repay', 'Repaid'), ('hold', 'Held'), ('release', 'Released'), ('consume', 'Consumed'), ('restore', 'Restored'), ('adjust', 'Adjusted'), ('expire', 'Expired')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=django.db.models.expressions.RawSQL("kind || ' ' || from_bucket || ' ' || to_bucket = ANY ('{grant issued available,revoke available issued,allocate available available,reclaim available available,reassign available available,lend available available,repay available available,hold available held,release held available,consume held consumed,restore consumed available,adjust issued available,adjust available issued,expire available expired}'::text[]) AND (from_bucket = to_bucket) = (from_wallet_id <> to_wallet_id) AND (to_seq IS NULL) = (from_wallet_id = to_wallet_id) AND amount > 0", (), output_field=models.BooleanField()), name='transfer_joins_right_buckets'),
        ),
        migrations.RunSQL(
            (SQL / "post_v2.sql").read_text(),
            "DROP FUNCTION callsheet_post_v2(bigint, text, text, text, bytea, jsonb, timestamptz,"
            " bytea)",
        ),
    ]
