"""Terms of ads are between advertiser and shop: whoever may only read can neither read them nor find them by asking."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from shopmind.kit.errors import AccessError
from shopmind.serving.service import Visit
from shopmind.shop import Shop
from shopmind.stores.ad_terms import PRIVATE
from shopmind.stores.columns import TextColumn

_NAMES = re.compile(r"(?<![\w-])(?:" + "|".join(sorted(PRIVATE)) + r")(?![\w-])", re.IGNORECASE)
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")


def check_terms(shop: Shop, visit: Visit, filters: str, columns: Iterable[str] = ()) -> None:
    """Refuses a filter, a sort or a facet over what ads are paid by, unless the key may change what is shown.

    A name that no ad of the shop bears is anybody's: goods may have a cap and shops may have hours.

    Raises:
        AccessError: it names a term of an ad.
    """
    if "merchandise" in visit.scopes:
        return
    text = " ".join((_QUOTED.sub('""', filters), *(name.lstrip("-") for name in columns)))
    for name in dict.fromkeys(found.lower() for found in _NAMES.findall(text)):
        if _borne(shop, name):
            message = f"{name!r} is between advertisers and the shop; to ask by it needs the scope 'merchandise'"
            raise AccessError(message, known=True)


def _borne(shop: Shop, name: str) -> bool:
    columns = shop.catalogue.columns()
    column = columns.column(name)
    if column is None:
        return False
    has = column.codes >= 0 if isinstance(column, TextColumn) else ~np.isnan(column.values)
    return bool((has & columns.kinds(("ad",))[: len(has)]).any())
