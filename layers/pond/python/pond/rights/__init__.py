"""What the law gives a person over their data: to see, correct, take along and have deleted what is kept of them."""
