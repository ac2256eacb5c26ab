"""Pure functions from data to a figure."""
