"""`python -m bench.picture`: how good the pictures are, by a referee whose network no training may use. See NOTICE.md."""
