"""Load benches: they drive Pond's use cases in processes of their own against a local DynamoDB, and print tables."""
