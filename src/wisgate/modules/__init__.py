"""WisBlock modules, one file each: which chips, which channels, which outputs."""
