"""Report to text: one file a format, one pure public function each.  Nothing here writes, prints or reads the clock."""
