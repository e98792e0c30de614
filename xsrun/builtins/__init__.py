"""Every filter and statement of the language, one record each."""
