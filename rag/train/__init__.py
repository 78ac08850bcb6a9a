"""Train a reader on one's own questions: the command `rag train reader`.

files -> Questions -> (passages that lack the answer) -> Examples -> batches -> a reader's folder
"""
