"""Pictures from a sentence: a small text-conditioned GAN, how it is served, and (`training`) how it came to be."""
