"""Recommend: any scenario for anybody, looked into stage by stage, and without some of its signals."""
