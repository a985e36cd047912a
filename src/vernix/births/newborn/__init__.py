"""The newborn: screens of blood, heart and hearing, and intensive care."""
