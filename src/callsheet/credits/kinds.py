"""The words of the ledger: buckets, kinds of transfer, and which buckets each kind joins."""

from __future__ import annotations

from django.db.models import TextChoices


class Bucket(TextChoices):
    """Where credits of a wallet are."""

    ISSUED = "issued", "Issued"
    AVAILABLE = "available", "Available"
    HELD = "held", "Held"
    CONSUMED = "consumed", "Consumed"
    EXPIRED = "expired", "Expired"


class Kind(TextChoices):
    """What a transfer is."""

    GRANT = "grant", "Granted"
    REVOKE = "revoke", "Revoked"
    ALLOCATE = "allocate", "Allocated from the pool"
    RECLAIM = "reclaim", "Reclaimed by the pool"
    REASSIGN = "reassign", "Transferred"
    LEND = "lend", "Lent"
    REPAY = "repay", "Repaid"
    HOLD = "hold", "Held"
    RELEASE = "release", "Released"
    CONSUME = "consume", "Consumed"
    RESTORE = "restore", "Restored"
    ADJUST = "adjust", "Adjusted"
    EXPIRE = "expire", "Expired"


BUCKETS: dict[Kind, tuple[tuple[Bucket, Bucket], ...]] = {
    Kind.GRANT: ((Bucket.ISSUED, Bucket.AVAILABLE),),
    Kind.REVOKE: ((Bucket.AVAILABLE, Bucket.ISSUED),),
    Kind.ALLOCATE: ((Bucket.AVAILABLE, Bucket.AVAILABLE),),
    Kind.RECLAIM: ((Bucket.AVAILABLE, Bucket.AVAILABLE),),
    Kind.REASSIGN: ((Bucket.AVAILABLE, Bucket.AVAILABLE),),
    Kind.LEND: ((Bucket.AVAILABLE, Bucket.AVAILABLE),),
    Kind.REPAY: ((Bucket.AVAILABLE, Bucket.AVAILABLE),),
    Kind.HOLD: ((Bucket.AVAILABLE, Bucket.HELD),),
    Kind.RELEASE: ((Bucket.HELD, Bucket.AVAILABLE),),
    Kind.CONSUME: ((Bucket.HELD, Bucket.CONSUMED),),
    Kind.RESTORE: ((Bucket.CONSUMED, Bucket.AVAILABLE),),
    Kind.ADJUST: ((Bucket.ISSUED, Bucket.AVAILABLE), (Bucket.AVAILABLE, Bucket.ISSUED)),
    Kind.EXPIRE: ((Bucket.AVAILABLE, Bucket.EXPIRED),),
}
