"""django-hordak's settings, tables and accounts, for the ledger's benchmark.

Each wallet is two accounts, available and held. Run as a program it makes them and prints the
number of the first: even offsets are available, odd ones held.
"""

import os
import sys

from callsheet.config.databases import django_database

DATABASES = {"default": django_database(os.environ["DATABASE_URL"])}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "mptt",
    "hordak",
]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SECRET_KEY = "only-for-benchmarks"  # noqa: S105  (no secret: nothing is signed)
USE_TZ = True
CURRENCIES = ["EUR"]


def make(wallets: int) -> int:
    """Migrate and make the accounts; returns the number of the first."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from hordak.models import Account, AccountType

    call_command("migrate", verbosity=0)
    parent = Account.objects.create(name="Wallets", code="1", type=AccountType.asset)
    # As the library's own tree insertion would lay them, without a second for each.
    rows = [
        Account(
            name=f"{n}", code=f"{n:06}", type=AccountType.asset, currencies=["EUR"], parent=parent,
            lft=2 + 2 * n, rght=3 + 2 * n, level=1, tree_id=parent.tree_id,
        )
        for n in range(2 * wallets)
    ]  # fmt: skip
    made = Account.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return min(account.pk for account in made)


if __name__ == "__main__":
    print(make(int(sys.argv[1])))
