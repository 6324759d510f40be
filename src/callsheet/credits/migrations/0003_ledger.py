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
CREATE TRIGGER hold_kept BEFORE DELETE ON credits_hold
    FOR EACH ROW EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER borrowing_kept BEFORE DELETE ON credits_borrowing
    FOR EACH ROW EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER hold_lot_kept BEFORE DELETE ON credits_holdlot
    FOR EACH ROW EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER wallet_kept BEFORE DELETE ON credits_wallet
    FOR EACH ROW WHEN (OLD.seq > 0) EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER lot_kept BEFORE DELETE ON credits_lot
    FOR EACH ROW WHEN (OLD.available + OLD.held + OLD.consumed + OLD.expired > 0) EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER grant_kept BEFORE DELETE ON credits_grant
    FOR EACH ROW WHEN (OLD.posted) EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER order_kept BEFORE DELETE ON credits_standingorder
    FOR EACH ROW WHEN (OLD.taken > 0) EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER hold_no_truncate BEFORE TRUNCATE ON credits_hold
    FOR EACH STATEMENT EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER wallet_no_truncate BEFORE TRUNCATE ON credits_wallet
    FOR EACH STATEMENT EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER wallet_born_unchained BEFORE INSERT ON credits_wallet FOR EACH ROW
    WHEN (NEW.head <> decode(repeat('00', 32), 'hex') OR NEW.last_at IS NOT NULL)
    EXECUTE FUNCTION callsheet_refuse_change_v1();
CREATE TRIGGER grant_born_unposted BEFORE INSERT ON credits_grant
    FOR EACH ROW EXECUTE FUNCTION callsheet_born_empty_v1('posted');
ALTER TABLE credits_wallet SET (fillfactor = 50);
"""
DETACH = """
ALTER TABLE credits_wallet RESET (fillfactor);
DROP TRIGGER grant_born_unposted ON credits_grant;
DROP TRIGGER wallet_born_unchained ON credits_wallet;
DROP TRIGGER wallet_no_truncate ON credits_wallet;
DROP TRIGGER hold_no_truncate ON credits_hold;
DROP TRIGGER order_kept ON credits_standingorder;
DROP TRIGGER grant_kept ON credits_grant;
DROP TRIGGER lot_kept ON credits_lot;
DROP TRIGGER wallet_kept ON credits_wallet;
DROP TRIGGER hold_lot_kept ON credits_holdlot;
DROP TRIGGER borrowing_kept ON credits_borrowing;
DROP TRIGGER hold_kept ON credits_hold;
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
