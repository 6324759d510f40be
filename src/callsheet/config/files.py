"""Where assets are kept: `Env.files_url` as Django's settings."""

from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from callsheet.config.env import Env

STATIC: Final = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def django_storages(env: Env) -> dict[str, dict[str, Any]]:
    """Return Django's ``STORAGES``; assets are in the default one."""
    return {"default": _assets(env), "staticfiles": STATIC}


def file_origins(env: Env) -> list[str]:
    """From where browsers fetch assets besides our own address: the bucket's origins, if any."""
    parts = urlsplit(env.files_url)
    if parts.scheme == "file":
        return []
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if endpoint := asked.get("endpoint"):
        there = urlsplit(endpoint)
        return [f"{there.scheme}://{there.netloc}"]
    hosts = [f"{parts.netloc}.s3.amazonaws.com"]
    if region := asked.get("region"):
        hosts.append(f"{parts.netloc}.s3.{region}.amazonaws.com")
    return [f"https://{host}" for host in hosts]


def _assets(env: Env) -> dict[str, Any]:
    parts = urlsplit(env.files_url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": unquote(parts.path) or str(env.data_dir / "files"),
                "base_url": None,  # nothing is ever served past the permission check
                "file_permissions_mode": 0o640,
                "directory_permissions_mode": 0o750,
            },
        }
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {
        "bucket_name": parts.netloc,
        "location": unquote(parts.path).strip("/"),
        "endpoint_url": asked.get("endpoint"),
        "region_name": asked.get("region"),
        "default_acl": None,  # private, whatever the bucket says
        "querystring_auth": True,
        "querystring_expire": env.files_link_seconds,
        "signature_version": "s3v4",
        "file_overwrite": False,
        # Virtual hosts need names in DNS that a service of one's own seldom has.
        "addressing_style": "path" if "endpoint" in asked else "virtual",
    }
    if env.files_key_id is not None and env.files_secret_key is not None:
        options["access_key"] = env.files_key_id
        options["secret_key"] = env.files_secret_key.get_secret_value()
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
