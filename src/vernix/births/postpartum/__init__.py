"""After the first hour: mother and child to discharge, in hospital or with a midwife."""
