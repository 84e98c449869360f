"""What users would run instead of this project."""
