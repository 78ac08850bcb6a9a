"""The page as users have it, in a real Chromium."""
