"""How letters leave the shop: one file a way, one line each."""

from __future__ import annotations

from shopmind.kit.menu import Menu

MENU = Menu(
    "delivery",
    {
        "files": "shopmind.operations.messages.deliveries.files:Files",
        "smtp": "shopmind.operations.messages.deliveries.smtp:Smtp",
        "webhook": "shopmind.operations.messages.deliveries.webhook:Webhook",
    },
)
"""Name → class (options, postbox)."""
