"""Ask your own articles and get quoted answers."""
