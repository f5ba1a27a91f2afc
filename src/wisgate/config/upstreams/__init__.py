"""What each type of upstream can be set to, one file each; `config.variants` says what is in it."""
