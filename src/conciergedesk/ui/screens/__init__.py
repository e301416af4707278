"""One module per mode of the desk."""
