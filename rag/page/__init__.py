"""What the chat page is drawn with: answers and articles as HTML, its style sheet and its script."""
