"""Replays of other searchers on the tables of `madsearch benchmark search`."""
