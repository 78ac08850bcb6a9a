"""Every text of the page that is not an article's, a user's or an error's, in one place for those who translate it."""

from __future__ import annotations

TITLE = "Ask your articles"
CHAT_TAB = "Ask"

PLACEHOLDER = "Ask a question, or start with one of these."
QUESTION_LABEL = "Your question"
QUESTION_HINT = "Ask a question…"
ASK = "Ask"
CONVERSATION = "Conversation"
UNDERSTOOD = "Understood as (change it and press Enter to ask that instead)"
SOURCE_HINT = "The article that an answer is quoted from appears here, with the words marked in their place."
NOTHING_CITED = "The articles don't say. Open one of the nearest passages to see for yourself."
GENERAL_EXAMPLE = "Who said what?"
EXAMPLES = {  # question -> the sample article that answers it
    "By how much have homicides in Mexico fallen?": "2026-01-mexico-cartels.md",
    "How much does the council pay for the ferry each day?": "harrow-bay-04-ferry-starts.md",
    "In whose bakery did the Great Fire begin?": "great-fire-of-london.md",
    "Which language helped Champollion with Egyptian?": "rosetta-stone.md",
}
