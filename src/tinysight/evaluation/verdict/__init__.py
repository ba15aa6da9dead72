"""The verdict as one page for people: pictures, style and script inside, and no request anywhere."""
