"""The knobs, one file a family; `holdfast.config.settings` joins them into one flat model."""
