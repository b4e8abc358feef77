"""The local cloud: Pond's own template on an AWS emulator, and the sandbox beside it. Nothing leaves this machine."""
