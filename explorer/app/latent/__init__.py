"""What the Latent tab needs: its pictures, what is asked of them, and what is made of that."""
