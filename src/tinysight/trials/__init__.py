"""Trainings that the pipeline does not need: what would more pictures bring, or larger ones?"""
