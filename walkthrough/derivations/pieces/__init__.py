"""What several rules build their derivations from: sizes, windows, sums written out, chains of layers."""
