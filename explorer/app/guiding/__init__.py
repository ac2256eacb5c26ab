"""What the Guidance tab computes: what is asked, the runs, their films and what is said of them."""
