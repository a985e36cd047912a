"""The published data dictionary, made from the declarations: pages, a table, a document, a page to search."""
