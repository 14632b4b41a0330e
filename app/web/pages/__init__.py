"""The pages, in HTML that works without JavaScript."""
