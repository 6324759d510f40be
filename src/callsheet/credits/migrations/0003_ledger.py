"""The ledger's database functions and guards, from the files in credits/sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

ATTACH = """
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON credits_transfer
    FOR EACH ROW EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER transfer_no_truncate BEFORE TRUNCATE ON credits_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON journal_event
    FOR EACH STATEMENT EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER command_kept BEFORE DELETE ON journal_command
    FOR EACH ROW EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER command_no_truncate BEFORE TRUNCATE ON journal_command
    FOR EACH STATEMENT EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER command_answered_once BEFORE UPDATE ON journal_command
    FOR EACH ROW EXECUTE FUNCTION callsheet_answer_once_v1();
CREATE CONSTRAINT TRIGGER command_closed AFTER INSERT ON journal_command
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.answer IS NULL)
    EXECUTE FUNCTION callsheet_command_closed_v1();
CREATE TRIGGER wallet_born_empty BEFORE INSERT ON credits_wallet
    FOR EACH ROW EXECUTE FUNCTION callsheet_born_empty_v1(
        'issued', 'available', 'held', 'consumed', 'expired', 'net_in', 'overdraft', 'lent',
        'borrowed', 'seq');
CREATE TRIGGER lot_born_empty BEFORE INSERT ON credits_lot
    FOR EACH ROW EXECUTE FUNCTION callsheet_born_empty_v1(
        'available', 'held', 'consumed', 'expired');
CREATE TRIGGER order_born_untaken BEFORE INSERT ON credits_standingorder
    FOR EACH ROW EXECUTE FUNCTION callsheet_born_empty_v1('taken');
"""
DETACH = """
DROP TRIGGER order_born_untaken ON credits_standingorder;
DROP TRIGGER lot_born_empty ON credits_lot;
DROP TRIGGER wallet_born_empty ON credits_wallet;
DROP TRIGGER command_closed ON journal_command;
DROP TRIGGER command_answered_once ON journal_command;
DROP TRIGGER command_no_truncate ON journal_command;
DROP TRIGGER command_kept ON journal_command;
DROP TRIGGER event_no_truncate ON journal_event;
DROP TRIGGER event_append_only ON journal_event;
DROP TRIGGER transfer_no_truncate ON credits_transfer;
DROP TRIGGER transfer_append_only ON credits_transfer;
DROP FUNCTION callsheet_answer_once_v1();
DROP FUNCTION callsheet_command_closed_v1();
DROP FUNCTION callsheet_born_empty_v1();
DROP FUNCTION callsheet_refuse_change_v1();
"""


class Migration(migrations.Migration):
    """Create the functions, attach the guards."""

    dependencies = [("credits", "0002_initial"), ("journal", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "post_v1.sql").read_text(),
            "DROP FUNCTION callsheet_post_v1(bigint, text, text, text, bytea, jsonb, timestamptz,"
            " bytea)",
        ),
        migrations.RunSQL((SQL / "guards_v1.sql").read_text() + ATTACH, DETACH),
    ]
