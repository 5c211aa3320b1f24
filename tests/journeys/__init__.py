"""Journeys: people at real browsers, by actor."""
