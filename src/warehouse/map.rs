//! Maps by identity, for as many tables as there may be.

/// A map that is quick for short keys.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// A set that is quick for short keys.
pub type Set<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;
