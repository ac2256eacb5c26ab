"""The tab "Samplers": the race itself, and what each chapter makes of it."""
