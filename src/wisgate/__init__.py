"""The software of the RAK7391 WisGate Connect and the WisBlock family: one process, one file."""
