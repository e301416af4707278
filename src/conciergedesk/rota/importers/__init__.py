"""Published benchmark formats read into the public format."""
