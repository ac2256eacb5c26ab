"""The chapters of the Attention tab, one a module: what each computes of checked values."""

START = (3, 0, 20)  # digit, seed, steps: what Pixels opens with
DIGITS = 10
STEPS = (4, 50)
