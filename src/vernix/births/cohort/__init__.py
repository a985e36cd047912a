"""A synthetic cohort: people, their pregnancies and births, and the errors of those who write them down."""
