"""What members are told: content, plans, audiences, dispatch, results."""
