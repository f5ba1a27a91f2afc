"""The far ends of the radio: motes, the air, forwarders. For tests and demonstrations."""
