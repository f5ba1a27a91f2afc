"""The running gateway: sampler, pipeline, live values, rules, outputs, forwarder."""
