"""What acts do: each handler asks for what is missing, calls one service verb in a worker, and says what happened."""
