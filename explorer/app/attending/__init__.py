"""The chapters of the Attention tab, one a module: what each computes of checked values."""

START = (3, 0, 20)  # class, seed, steps: what Pixels opens with
STEPS = (4, 50)
