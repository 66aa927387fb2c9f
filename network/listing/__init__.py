"""Lists of sites for those who keep the register: found, filtered, exported, changed at once."""
