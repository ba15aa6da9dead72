"""The nouns of a data set: sources, ImageSets, checks, splits, augmentation."""
