"""Trade abbreviations of till and shelf labels as words, and capitals as a title."""

from __future__ import annotations

import re
from functools import lru_cache

ABBREVIATIONS: dict[str, str] = {
    "ACC": "accessories",
    "ACCESS": "accessories",
    "ACCSS": "accessories",
    "BEV": "beverage",
    "BEVS": "beverages",
    "BG": "bag",
    "BGS": "bags",
    "BKD": "baked",
    "BN": "bean",
    "BNDGES": "bandages",
    "BNLS": "boneless",
    "BRD": "bread",
    "BRKFST": "breakfast",
    "BTL": "bottle",
    "BTLS": "bottles",
    "BTR": "butter",
    "CATFD": "cat food",
    "CHIX": "chicken",
    "CHKN": "chicken",
    "CHOC": "chocolate",
    "CHOCOL": "chocolate",
    "CHP": "chips",
    "CIG": "cigarette",
    "CKE": "cake",
    "CKYS": "cookies",
    "CLEANG": "cleaning",
    "CND": "canned",
    "CNDLES": "candles",
    "CNDY": "candy",
    "CNTRL": "central",
    "COFF": "coffee",
    "CONC": "concentrate",
    "CRBNTD": "carbonated",
    "CRKR": "crackers",
    "CRMD": "creamed",
    "DECAF": "decaffeinated",
    "DEOD": "deodorant",
    "DESRT": "dessert",
    "DNR": "dinner",
    "DNRS": "dinners",
    "DOGFD": "dog food",
    "DPS": "dips",
    "DRNK": "drink",
    "DRNKING": "drinking",
    "DRNKNG": "drinking",
    "DRNKS": "drinks",
    "DRP": "drops",
    "DRSNG": "dressing",
    "DSH": "dish",
    "ELECT": "electrical",
    "ELSTC": "elastic",
    "EXCP": "except",
    "FD": "food",
    "FDS": "foods",
    "FEM": "feminine",
    "FLAV": "flavour",
    "FLVR": "flavour",
    "FLVRD": "flavoured",
    "FRD": "fried",
    "FRSH": "fresh",
    "FRZ": "frozen",
    "FRZN": "frozen",
    "GDS": "goods",
    "GRND": "ground",
    "HYGN": "hygiene",
    "INCL": "including",
    "JCE": "juice",
    "LIQ": "liquid",
    "LIQS": "liquids",
    "LOZNG": "lozenge",
    "MFG": "manufacturer",
    "MINRL": "mineral",
    "MISC": "miscellaneous",
    "MLK": "milk",
    "MLT": "multi",
    "MNERAL": "mineral",
    "MNR": "mineral",
    "MNRL": "mineral",
    "MULT": "multi",
    "MW": "microwave",
    "MX": "mix",
    "MXS": "mixes",
    "NTRTNL": "nutritional",
    "OCCAS": "occasion",
    "ORG": "organic",
    "PKG": "package",
    "PKGD": "packaged",
    "PCKGD": "packaged",
    "PKLD": "pickled",
    "PLSTC": "plastic",
    "PNCH": "punch",
    "PNT": "peanut",
    "PREM": "premium",
    "PREPORTND": "preportioned",
    "PROD": "products",
    "PRPCK": "prepacked",
    "PRSLC": "presliced",
    "PWDR": "powder",
    "PWDRS": "powders",
    "REFRGRATD": "refrigerated",
    "REFRIG": "refrigerated",
    "RTD": "ready to drink",
    "RTS": "ready to serve",
    "SAL": "salad",
    "SALD": "salad",
    "SAUS": "sausage",
    "SFT": "soft",
    "SGL": "single",
    "SHLFSH": "shellfish",
    "SHRED": "shredded",
    "SLC": "sliced",
    "SLD": "salad",
    "SNDWCH": "sandwich",
    "SNGL": "single",
    "SNKS": "snacks",
    "SPLY": "supply",
    "SPRD": "spread",
    "SRV": "serve",
    "SS": "single serve",
    "STK": "stick",
    "SUP": "supplies",
    "SUPP": "supplement",
    "SUPRT": "support",
    "SV": "serve",
    "SWT": "sweet",
    "SYRP": "syrup",
    "TISS": "tissue",
    "TORT": "tortilla",
    "TRSH": "trash",
    "VEG": "vegetable",
    "VEGS": "vegetables",
    "WHL": "whole",
    "WHLSM": "wholesome",
    "WTR": "water",
    "XMAS": "Christmas",
    "XPCTRNT": "expectorant",
    "YOG": "yogurt",
}
_SMALL = frozenset(("and", "for", "from", "in", "of", "on", "or", "the", "to", "with"))
_KEPT = frozenset(("BBQ", "CD", "DVD", "GM", "HBC", "IQF", "OJ", "SPF", "TV", "UHT"))
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9']*\.?")
_NON = re.compile(r"\bNON (?=[A-Z])")
_GLUED = re.compile(r"(?<=[A-Za-z]{2})\.(?=[A-Za-z])")
_SPACED = re.compile(r"\s*([/:&,])\s*")


@lru_cache(maxsize=20_000)
def expand(text: str) -> str:
    """A label in words and proper case: "FRZN VEG/CHIX DNRS" → "Frozen Vegetable/Chicken Dinners".

    Words that are not in the table keep their letters; small words stay small except at the start.
    """
    spaced = _SPACED.sub(lambda found: {"&": " & ", ",": ", ", ":": ": "}.get(found[1], found[1]), text.strip())
    worded = _WORD.sub(_in_words, _NON.sub("NON-", _GLUED.sub(". ", spaced)))
    return worded[:1].upper() + worded[1:]


def _in_words(found: re.Match[str]) -> str:
    word = found[0]
    meaning = ABBREVIATIONS.get(word.rstrip(".").upper())
    if meaning is not None:
        return " ".join(part if part in _SMALL else part[:1].upper() + part[1:] for part in meaning.split())
    if word.upper() in _KEPT:
        return word.upper()
    if word.lower() in _SMALL:
        return word.lower()
    return word[:1].upper() + word[1:].lower()
