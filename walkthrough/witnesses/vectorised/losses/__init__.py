"""Closed forms of losses: a file each, named as in case files.

Each has `value` and `gradient`; `combined`, where there is one, is the gradient with respect to the
logits, through the sigmoid or softmax before the loss (`COMBINED_AFTER`).
"""
