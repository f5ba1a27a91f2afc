"""LoRaWAN between the packet forwarders on this box and the servers of networks."""
