//! Rules and their report.
