"""What a screen is made of: each widget is given frozen values and posts messages."""
