"""What was learnt from data and ships with the project: each part in a folder, with a card that says how."""
