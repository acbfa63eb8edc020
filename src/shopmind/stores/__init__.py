"""Where things are kept: ports (Protocols) and one file a technology."""
