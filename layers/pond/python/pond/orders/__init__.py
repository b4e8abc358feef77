"""What members buy: orders and refunds as the shop tells them, who they count for, and the ledger of what is owed."""
