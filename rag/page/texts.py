"""Every text of the page that is not an article's, a user's or an error's, in one place for those who translate it."""

from __future__ import annotations

from datetime import date

TITLE = "Ask your articles"
CHAT_TAB = "Ask"

PLACEHOLDER = (
    "**Ask in plain words: who, what, when, where, how many.**\n\n"
    "The answer is quoted from your articles and shown in its place, so that you can check it. "
    "When the articles don't say, you are told so.\n\n"
    "Type a question below, or start with one of these."
)
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

# an answer
UNSAID = "The articles don't say."
NEAREST = "The nearest passages"
DIFFERENT = "The articles give different answers"

# the source beside it
SOURCE = "Source"
ARTICLE_TEXT = "Text of the article"
ORIGINAL = "Original page ↗"
STEPS = {"previous": "Previous source", "next": "Next source"}
COPY = "Copy quote"
RECEIPT = "Receipt"
RECEIPT_HINT = "Download a file that proves where these words stand"
BACK = "Back to the answer"
CHANGED = "This article has changed since the answer was given; ask again."
COPIED = "Copied: the quote with its source."
NOT_COPIED = "The browser does not let the page copy. Select the words and copy them yourself."

# keys -> what they do; the keys themselves stand in page.js
KEYS_TITLE = "Keys"
KEYS_ON = "Use these keys"
KEYS = {
    "1 – 9": "open that citation of the latest answer",
    "n, p": "next or previous citation",
    "c": "copy the quote with its source",
    "/": "write a question",
    "Esc": "leave the question, so that the keys work",
    "?": "show or hide this list",
}


def heading(articles: int, passages: int) -> str:
    return (
        f"Answers are quoted word for word from {counted(articles, 'article')} ({counted(passages, 'passage')}). "
        "Follow a number to read the words in their place."
    )


def searching(passages: int) -> str:
    return f"Searching {counted(passages, 'passage')}…"


def reading(passages: int, articles: int) -> str:
    return f"Reading {counted(passages, 'passage')} of {counted(articles, 'article')}…"


def sure(confidence: float) -> str:
    return f"{confidence:.0%} sure"


def others(count: int) -> str:
    return counted(count, "other answer")


def position(number: int, count: int) -> str:
    return f"{SOURCE} {number} of {count}"


def showing(number: int, count: int, title: str) -> str:
    return f"Showing citation {number} of {count}: {title}"


def author(name: str) -> str:
    return f"by {name}"


def missing_before(chars: int) -> str:
    return f"{chars:,} characters before this are not shown."


def missing_after(chars: int) -> str:
    return f"{chars:,} characters after this are not shown."


def day(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


# what the chat is kept to
FILTER = "Asking: {}"
ALL_ARTICLES = "all articles"
FILTER_WRONG = "Filter: {}"
CLEAR_FILTER = "Ask all articles"
FILTER_SOURCES = "Sources"
FILTER_AUTHORS = "Authors"
FILTER_ARTICLES = "Articles"
SINCE = "Since"
UNTIL = "Until"
DAY_HINT = "2026-03-01"
PHRASE = "Exact phrase"
SOURCES = "{} sources"
AUTHORS = "{} authors"
ARTICLES = "{} articles"
BY = "by {}"
SINCE_DAY = "since {}"
UNTIL_DAY = "until {}"
NOTHING_PASSES = "Nothing in the collection fits the filter ({}); widen it or ask all articles."

# the collection
COLLECTION_TAB = "Collection"
SEARCH_ARTICLES = "Search titles, sources, authors and file names"
UPLOAD = "Add articles: drop files here ({})"
REBUILD = "Rebuild the index"
REBUILDING = "Rebuilding: {} articles, {} passages embedded…"
REBUILT = "The index is rebuilt."
TABLE = "Articles"
COLUMNS = {"title": "Title", "source": "Source", "published": "Date", "passages": "Passages"}
NO_ARTICLES = "No article to show."
SHOWN = "{}–{} of {}"
PAGE_BACK = "Previous"
PAGE_ON = "Next"
CHOOSE = "Choose {}"
CHOOSE_PAGE = "Choose all that are shown"
CHOSEN = "{} chosen"
CHOOSE_NONE = "Choose none"
ASK_CHOSEN = "Ask only these"
REMOVE = "Remove"
REMOVE_QUESTION = "Remove {} from the index?"
REMOVE_SURE = "Yes, remove"
REMOVE_NOT = "No, keep"
REMOVED = "{} removed."
REVISION = "revision {}"
LAST_CHANGE = "last change {}"
ADDED = "{} added"
TWICE = "it was just being added from another tab as well; look for it in the table, or add it again"
TOO_LARGE = "{name}: {size} MB, and a file may have {limit} MB; cut it up, or build the index from the command line"
UPDATED = "{} updated"
SAME = "{} unchanged"
WAITING = "waiting"
READING = "reading…"
NOTHING_IN_IT = "no article in it"
MORE_SKIPPED = "and {} more"

# the conversations
HISTORY_TAB = "Conversations"
HISTORY = {
    "none": "No conversation yet. They are kept in this browser only.",
    "full": "The open conversation has become too long to be kept: download it, and begin a new one.",
    "remove": "Delete",
    "sure": "Delete for good?",
    "save": "Download",
    "question": "question",
    "questions": "questions",
}
NEW_CONVERSATION = "New conversation"
CONVERSATION_FILE = "conversation.md"
ASKED_AS = "Understood as"

# ratings
RATED = "Why? (optional; press Enter)"
THANKS = "Kept beside the index."
NOT_RATED = "Only answers can be rated."
FORGOTTEN = "The server has started anew since. Ask a question or load the page again, then rate."
DOWNLOAD_RATINGS = "Download ratings"
RATINGS_FILE = "ratings.jsonl"
NO_RATINGS = "No answer has been found right yet, so there is nothing to download; the thumbs stand below each answer."
