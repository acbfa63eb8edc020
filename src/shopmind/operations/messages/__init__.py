"""Messages by mail, text message and push: planned in batch, sent once, ended by one click."""

from shopmind.operations.messages.campaigns import FILE, Campaign, Plans, Target, read
from shopmind.operations.messages.plan import Planner, Report
from shopmind.operations.messages.send import Sender, Sent

__all__ = ["FILE", "Campaign", "Planner", "Plans", "Report", "Sender", "Sent", "Target", "read"]
