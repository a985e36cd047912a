"""The client of the exchange: send, resume, collect, confirm. It can seal; it cannot open."""
