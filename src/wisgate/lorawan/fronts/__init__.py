"""What local forwarders talk to: a file for each protocol. A front makes boards of them."""
