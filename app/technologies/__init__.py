"""Technologies that talks name: matching a vocabulary in their texts, and candidates that no vocabulary has."""
