"""The chapters of the tab U-Net: a module each, with

TITLE: str
build(asked: list, context) -> list[controls.Job]   called inside its gr.Tab; asked: the shared
    controls, in the order of `asked.check`, to be the first inputs of every job
warm() -> object                                     computes what the chapter opens with
"""
