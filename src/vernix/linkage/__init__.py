"""Same person? Same pregnancy? The model, the rules, the decisions."""
