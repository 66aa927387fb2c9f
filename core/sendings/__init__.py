"""What a form asks for is done once, however often the same form is sent."""
