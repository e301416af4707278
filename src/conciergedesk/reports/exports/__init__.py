"""Reports and lists as files: plain text, CSV, XLSX, PDF. No ceiling on rows, nothing that a spreadsheet runs."""
