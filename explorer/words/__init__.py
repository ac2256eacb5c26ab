"""The texts of the project as data: `assets/words`, read and checked. No torch, and no screen."""
