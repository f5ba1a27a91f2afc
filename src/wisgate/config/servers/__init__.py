"""What each type of server can be set to, one file each; `config.variants` says what is in it."""
