"""Renderers: one file per format, with one pure public function each.  No writing, printing or clock."""
