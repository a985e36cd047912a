"""Workbooks: .xlsx, .xls and .ods, read by calamine once it is known that they fit into memory."""
