"""The rectification notice (整改通知书): what one visit found, with a number, as it is printed."""
