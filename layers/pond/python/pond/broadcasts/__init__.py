"""What members are told: content, plans and audiences; the dispatch of broadcasts and what became of them."""
