"""rolvast: health assessment of the three roles in a driehoek of Dutch central government."""
