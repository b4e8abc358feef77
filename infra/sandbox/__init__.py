"""The partners, played on this machine: official account, WeCom, SMS. Knows nothing of Pond's code; see API.md."""
