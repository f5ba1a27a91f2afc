"""MQTT: connections to brokers, as sinks of readings and upstreams of LoRaWAN use them."""
