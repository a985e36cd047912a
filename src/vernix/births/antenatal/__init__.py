"""Care before birth: visits, screening, specialists."""
