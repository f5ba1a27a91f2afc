"""The HTTP interface and the dashboard; reads the gateway, owns nothing."""
