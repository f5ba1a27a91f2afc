"""What each type of sink can be set to, one file each; `config.variants` says what is in it."""
