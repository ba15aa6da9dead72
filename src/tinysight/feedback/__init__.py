"""What people said of the service's answers becomes data: fetched, reviewed, added to data/raw."""
