"""What other programs need to know of a plan, in their own formats. Pure: text in, text out."""
