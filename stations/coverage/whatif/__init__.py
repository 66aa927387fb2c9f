"""What if: sites close, move, lose a service or keep other hours; asking changes nothing."""
