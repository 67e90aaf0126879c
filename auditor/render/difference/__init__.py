"""The difference of two reports to text: one file a format, one pure public function each."""
