"""Small readers of several families, made from a config: they point at the words that they are told to look for."""

from __future__ import annotations

from pathlib import Path

TEXTS = {
    "English": ("Rain fell. Mayor Ines Holt closed the old bridge on Monday.", "Ines Holt"),
    "Chinese": ("昨天下雨。市长王小明星期一关闭了旧桥，渡轮照常运行。", "王小明"),
    "Japanese": ("昨日は雨でした。　山田花子市長は月曜日に古い橋を閉鎖した。", "山田花子"),
    "Arabic": ("هطل المطر أمس. أغلقت المحافظة سلمى حداد الجسر القديم يوم الاثنين.", "سلمى حداد"),
    "Hebrew": ("אתמול ירד גשם. ראש העיר דנה לוי סגרה את הגשר ביום שני.", "דנה לוי"),
    "Hindi": ("कल बारिश हुई। महापौर नीलम ठाकुर ने सोमवार को पुल बंद किया।", "नीलम ठाकुर"),
    "Thai": ("เมื่อวานฝนตก นายกเทศมนตรีสมชายปิดสะพานเก่าในวันจันทร์", "สมชาย"),
    "emoji": ("🙂🙂 Rain. 👩🏽‍🚒 Ines Holt 👍 closed it.", "Ines Holt"),
    "wide spaces": ("Rain\u00a0fell.   Mayor\u2003Ines Holt\n\n closed it.", "Ines Holt"),
}  # fmt: skip
FAMILIES = ("bert", "distilbert", "roberta", "xlm-roberta", "deberta-v2")


def pointing_reader(folder: Path, family: str, words: str, passage: str) -> Path:
    """A model folder whose reader finds `words` in `passage`: layers of zeros, embeddings that mark two pieces."""
    import torch
    from transformers import AutoModelForQuestionAnswering

    tokenizer = _tokenizer(family)
    start = passage.index(words)
    encoding = tokenizer("?", passage, return_offsets_mapping=True)
    inside = [
        id_
        for id_, (a, b), part in zip(
            encoding["input_ids"], encoding["offset_mapping"], encoding.sequence_ids(0), strict=True
        )
        if part == 1 and a < start + len(words) and b > start and passage[a:b].strip()
    ]
    config = _config(family, len(tokenizer), tokenizer.pad_token_id)
    torch.manual_seed(0)
    model = AutoModelForQuestionAnswering.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        for name, parameter in model.named_parameters():
            if "norm" in name.lower() and name.endswith("weight"):
                parameter.fill_(1.0)
        embeddings = model.get_input_embeddings().weight
        embeddings[inside[0], 0] = 1.0
        embeddings[inside[-1], 1] = 1.0
        model.qa_outputs.weight[0, 0] = model.qa_outputs.weight[1, 1] = 1.0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _config(family: str, vocabulary: int, pad: int):
    from transformers import AutoConfig

    if family == "distilbert":
        return AutoConfig.for_model(family, vocab_size=vocabulary, dim=16, n_layers=1, n_heads=2, hidden_dim=16,
                                    max_position_embeddings=128, pad_token_id=pad)  # fmt: skip
    positions = 130 if "roberta" in family else 128  # RoBERTa and its kin do not use the first two
    return AutoConfig.for_model(
        family, vocab_size=vocabulary, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=positions, pad_token_id=pad, type_vocab_size=0 if family == "deberta-v2" else 2,
    )  # fmt: skip


def _tokenizer(family: str):
    """A tokenizer of the family's kind, trained on TEXTS."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    texts = [text for text, _ in TEXTS.values()] + [f" {words}" for _, words in TEXTS.values()] * 20
    common = {"vocab_size": 600, "min_frequency": 9, "show_progress": False}  # the words sought become whole pieces
    if family in {"bert", "distilbert"}:
        special = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
        raw = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        raw.normalizer = normalizers.BertNormalizer(lowercase=True)
        raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        raw.train_from_iterator(texts, trainers.WordPieceTrainer(special_tokens=list(special.values()), **common))
    else:
        special = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>"}
        if family == "roberta":
            raw = Tokenizer(models.BPE())
            raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            letters = pre_tokenizers.ByteLevel.alphabet()
            trainer = trainers.BpeTrainer(special_tokens=list(special.values()), initial_alphabet=letters, **common)
            raw.train_from_iterator(texts, trainer)
        else:
            known = sorted({word for _, words in TEXTS.values() for word in words.split()})
            pieces = [(special[name], 0.0) for name in special]
            pieces += [(piece, -2.0) for word in known for piece in (f"\u2581{word}", word)]
            pieces += [(letter, -9.0) for letter in sorted({"\u2581", *"".join(texts)})]
            raw = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
            raw.normalizer = normalizers.NFKC()
            raw.pre_tokenizer = pre_tokenizers.Metaspace()
    cls, sep = special["cls_token"], special["sep_token"]
    double = f"{sep} {sep}" if "roberta" in family else sep
    raw.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {double} $B:1 {sep}:1",
        special_tokens=[(cls, raw.token_to_id(cls)), (sep, raw.token_to_id(sep))],
    )
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if family in {"bert", "deberta-v2"} else [])
    return PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=128, model_input_names=names, **special)
