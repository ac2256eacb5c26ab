"""The chapters of the tab Train: a module each, with

TITLE: str
build(context) -> None     called inside its gr.Tab; makes components and events of its own
"""
