"""The client: every topic of the API in one class."""

from __future__ import annotations

from shopmind.client.administering import Administering
from shopmind.client.asking import Asking
from shopmind.client.customers import Customers
from shopmind.client.estimates import Estimates
from shopmind.client.experiments import Experiments
from shopmind.client.goods import Goods
from shopmind.client.health import Health
from shopmind.client.ingests import Ingests
from shopmind.client.insights import Insights
from shopmind.client.knowledge import KnowledgeLog
from shopmind.client.maps import Maps
from shopmind.client.merchandise import Merchandise
from shopmind.client.messages import Messages
from shopmind.client.models import Models
from shopmind.client.offering import Offering
from shopmind.client.telling import Telling
from shopmind.client.workbench import Workbench


class Client(
    Asking,
    Telling,
    Goods,
    Customers,
    Messages,
    Merchandise,
    Workbench,
    Offering,
    Experiments,
    Estimates,
    KnowledgeLog,
    Models,
    Insights,
    Maps,
    Ingests,
    Health,
    Administering,
):
    """Speaks to one served shop; one client may be used by many threads.

    Every call may be repeated safely (events get an id before they are sent), so each is tried again, after a growing
    pause, when the server cannot be reached, is busy or not ready.

    A topic of the API is a class over `Calls` in a file of its own; a new one is named here and nowhere else.

    Args:
        base_url: where the shop is served, with the prefix if it has one.
        key: of the role that the calls need.
        tries: how often a call is made at most.
        transport: for tests, an httpx transport in place of the network.
    """
