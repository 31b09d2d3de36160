"""Pure arithmetic, one file a subject. Series in, Readings out: no file, no language, no picture, no clock."""
