"""Networks, and the zoo that saves and loads them."""
