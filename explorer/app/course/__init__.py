"""The chapters of the tab "Course": words to read, people to know, and ways through the rest."""
