"""The tab "Ground truth": what each chapter computes, and sends, of a world in the plane."""
