"""Captioned scenes: coloured digits on a ground, the words for them, and the numbers for those."""
