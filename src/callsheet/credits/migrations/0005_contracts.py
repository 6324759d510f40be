"""Contracts: prices that adjoin and may be open, ends by notice."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"

ATTACH = """
CREATE TRIGGER prices_adjoin AFTER INSERT OR UPDATE ON credits_priceperiod
    FOR EACH ROW EXECUTE FUNCTION callsheet_prices_adjoin_v1();
CREATE TRIGGER price_kept BEFORE DELETE ON credits_priceperiod
    FOR EACH ROW EXECUTE FUNCTION callsheet_refuse_change_v1();
"""
DETACH = """
DROP TRIGGER price_kept ON credits_priceperiod;
DROP TRIGGER prices_adjoin ON credits_priceperiod;
DROP FUNCTION callsheet_prices_adjoin_v1();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0002_the_work_itself'),
        ('credits', '0004_the_work_itself'),
    ]

    operations = [
        migrations.AddField(
            model_name='subscription',
            name='next_price',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='For a calendar month of the next plan. Empty: no price agreed.', max_digits=12, null=True),
        ),
        migrations.RemoveConstraint(
            model_name='priceperiod',
            name='one_price_per_start',
        ),
        migrations.AlterField(
            model_name='priceperiod',
            name='ends_on',
            field=models.DateField(blank=True, help_text='First day at another price.', null=True),
        ),
        migrations.AlterField(
            model_name='priceperiod',
            name='monthly_price',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='For a calendar month. Empty: no price agreed.', max_digits=12, null=True),
        ),
        migrations.AddConstraint(
            model_name='priceperiod',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), fields=('subscription', 'starts_on'), name='one_price_per_day'),
        ),
        migrations.AddConstraint(
            model_name='priceperiod',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='price_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='priceperiod',
            constraint=models.CheckConstraint(condition=models.Q(('monthly_price__isnull', True), ('monthly_price__gte', 0), _connector='OR'), name='price_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('notice_on__isnull', False), _connector='OR'), name='ends_by_notice'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('term_months__gte', 1)), name='term_has_months'),
        ),
        migrations.RunSQL((SQL / "prices_v1.sql").read_text() + ATTACH, DETACH),
    ]
