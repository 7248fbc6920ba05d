"""Ombud runs order disputes in cross-border commerce: triggers, cases, evidence, rulings, money, health."""
