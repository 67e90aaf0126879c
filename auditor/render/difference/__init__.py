"""Renderers for the difference of two reports: one file per format, with one pure public function each."""
