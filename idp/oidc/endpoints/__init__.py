"""The endpoints, one file each: parse, call, answer."""
