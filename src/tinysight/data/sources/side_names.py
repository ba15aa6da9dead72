"""What people call the sides of a split."""

NAMES = {
    "train": ("train", "training", "training_set", "train_set"),
    "val": ("val", "valid", "validation", "validation_set", "val_set"),
    "test": ("test", "testing", "test_set"),
}
SIDE_OF = {name: side for side, names in NAMES.items() for name in names}


def side_of(name: str) -> str:
    """train, val or test for a folder's, column's or cell's name of one; empty for any other name."""
    return SIDE_OF.get(name.strip().lower(), "")
