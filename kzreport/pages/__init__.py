"""What a notebook may call, and what a page hands to renderers."""
