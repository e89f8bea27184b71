//! An Amazon Connect in memory.
