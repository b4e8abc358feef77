"""What is offered: one programme, its segments, texts and rules, applied from one YAML file."""
