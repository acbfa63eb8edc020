"""The words of the house as frozen dataclasses: item, user, event, link, query, candidates, slate. No I/O."""

from shopmind.domain.ad import AdTerms, Placement
from shopmind.domain.bundle import Bundle
from shopmind.domain.candidates import Candidates
from shopmind.domain.event import EVENT_TYPES, HISTORY_TYPES, Event, EventType
from shopmind.domain.history import History
from shopmind.domain.item import KINDS, Item, Kind, Scalar
from shopmind.domain.link import LINK_TYPES, Link, LinkType
from shopmind.domain.outlook import Outlook
from shopmind.domain.query import Asked, AskedInside, Query
from shopmind.domain.slate import AppliedRule, Facet, FacetRange, Hit, Matches, Reason, Slate, Tried
from shopmind.domain.suggestion import Suggestion, SuggestionKind
from shopmind.domain.understood import Constraint, Understood
from shopmind.domain.user import User

__all__ = [
    "EVENT_TYPES",
    "HISTORY_TYPES",
    "KINDS",
    "LINK_TYPES",
    "AdTerms",
    "AppliedRule",
    "Asked",
    "AskedInside",
    "Bundle",
    "Candidates",
    "Constraint",
    "Event",
    "EventType",
    "Facet",
    "FacetRange",
    "History",
    "Hit",
    "Item",
    "Kind",
    "Link",
    "LinkType",
    "Matches",
    "Outlook",
    "Placement",
    "Query",
    "Reason",
    "Scalar",
    "Slate",
    "Suggestion",
    "SuggestionKind",
    "Tried",
    "Understood",
    "User",
]
