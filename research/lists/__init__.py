"""The files of what is published: findings, case studies, recommendations."""
