"""Signing in by an OpenID Connect provider, where the settings name one."""

from __future__ import annotations

from typing import Any

from callsheet.config.env import Env

PROVIDER = "sso"


def openid_connect(env: Env) -> dict[str, Any]:
    """Allauth's setting of providers: the one of ``OIDC_URL``, or none."""
    if env.oidc_url is None or env.oidc_client_secret is None:
        return {}
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": PROVIDER,
                    "name": env.oidc_name,
                    "client_id": env.oidc_client_id,
                    "secret": env.oidc_client_secret.get_secret_value(),
                    "settings": {"server_url": env.oidc_url},
                }
            ],
        }
    }
