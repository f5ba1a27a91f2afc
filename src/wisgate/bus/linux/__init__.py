"""The only place that opens a node of the kernel or reads sysfs."""
