"""Siting: candidates, tasks, plans and scores for a place."""
