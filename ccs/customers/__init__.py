"""Who customers are: what platforms tell of them, their pictures, and what agents keep of them."""
