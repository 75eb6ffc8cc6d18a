"""Each file here measures one goal of speed or memory beside its limit. `python3 manage.py bench [NAME …]` runs them."""
