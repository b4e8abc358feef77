"""The outside: WeChat official account, WeCom, SMS vendors; sealing of callbacks; tokens kept in one place."""
