"""A typed Python client of the HTTP API over httpx: answers are the domain's types, errors the house's own tree."""

from shopmind.client.answers import ExperimentState, RowResult, ScenarioState
from shopmind.client.client import Client

__all__ = ["Client", "ExperimentState", "RowResult", "ScenarioState"]
