"""How declarations become stacks: waves, rounds, what is held back, what became of each."""
