"""What turns the payload of a mote into named values; a file each."""
