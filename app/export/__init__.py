"""The report in other forms: spreadsheet rows, printed pages, calendar files, and the charts in them."""
