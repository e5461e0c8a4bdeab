"""How far few suppliers hold the market: shares of the largest, each with its denominator."""
