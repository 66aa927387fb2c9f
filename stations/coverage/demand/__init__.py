"""Where people live, as files tell it: settlement points, tried before they count."""
