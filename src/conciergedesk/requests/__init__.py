"""The queue: what people ask of the desk, from the call to the proof that it was done."""
